import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { checkCores, readConfig, settings } from '#dist/service/config.js';
import { openApi } from '#dist/service/http/openapi.js';
import { requestRules } from '#dist/service/http/request-options.js';
import type { Service } from '#dist/service/http/service.js';
import { WorkerMetrics } from '#dist/service/http/worker-metrics.js';
import { servicePeakBytes } from '#dist/service/worker-memory.js';
import { root, skip } from '../fixtures/available.mjs';
import { runWell } from '../fixtures/commands.mjs';
import type { Deployment, Kinds, KubernetesService, Manifest } from '../fixtures/kubernetes-objects.mjs';
import { findings, parseManifests } from '../fixtures/manifests.mjs';

const { kustomizeCommand } = (await import(path.join(root, 'scripts', 'kustomize.mjs'))) as {
  kustomizeCommand(): [string, ...string[]] | undefined;
};

const folder = path.join(root, 'deploy', 'kubernetes');
const text = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');
const ours = (...parts: string[]) => text('deploy', 'kubernetes', ...parts);
const below = (name: string) => readdirSync(path.join(folder, name)).map((one) => path.join(name, one));
const yamlFiles = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));

/** The objects in the files that kustomizations list, as they stand there. */
function plainObjects(): Manifest[] {
  const kustomizations = yamlFiles.filter((name) => path.basename(name) === 'kustomization.yaml');
  return kustomizations.flatMap((name) => {
    const { resources = [] } = parse(ours(name)) as { resources?: string[] };
    const files = resources.filter((resource) => resource.endsWith('.yaml'));
    return files.flatMap((file) => parseManifests(ours(path.dirname(name), file)));
  });
}

/** A folder with this kustomization; `UP` in it is where deploy/kubernetes lies. */
function kustomization(name: string, yaml: string): string {
  const made = path.join(root, 'build', 'manifests', name);
  mkdirSync(made, { recursive: true });
  writeFileSync(path.join(made, 'kustomization.yaml'), yaml.replaceAll('UP', path.relative(made, folder)));
  return made;
}

/** Puts components on the base, since by themselves they cannot be built. */
const composition = (name: string, added: string[]) =>
  kustomization(name, `resources: [UP/base]\ncomponents: [${added.map((one) => `UP/${one}`).join(', ')}]\n`);

/** What the README shows as a folder of a reader's own. */
function example(): string {
  const [, indented = ''] = /^ {4}# kustomization\.yaml\n((?: {4}.*\n)+)/m.exec(ours('README.md')) ?? [];
  return kustomization(
    'example',
    indented.replace(/^ {4}/gm, '').replaceAll('../opencv-face-detector/deploy/kubernetes', 'UP'),
  );
}

const components = below('components');
const overlays = below('overlays');
/** What can be applied, by name. */
const variants = new Map([
  ['base', path.join(folder, 'base')],
  ...overlays.map((name) => [name, path.join(folder, name)] as const),
  ...components.map((name) => [`base with ${name}`, composition(path.basename(name), [name])] as const),
  ['base with all components', composition('all', components)],
  ['the example of its README', example()],
]);

function build(context: Mocha.Context, source: string): Manifest[] {
  const command = kustomizeCommand();
  if (!command) return skip(context, 'no kustomize; the set-up brings it on Debian where CI is set');
  const [program, ...args] = command;
  return parseManifests(runWell(root, program, [...args, source]));
}

function all<K extends keyof Kinds>(kind: K, objects: Manifest[]): Kinds[K][] {
  return objects.filter((one): one is Kinds[K] => one.kind === kind);
}

function the<K extends keyof Kinds>(kind: K, objects: Manifest[]): Kinds[K] {
  const [one, ...others] = all(kind, objects);
  if (!one || others.length > 0) throw new Error(`there must be one ${kind}`);
  return one;
}

function containerOf({ spec }: Deployment) {
  const [container, ...others] = spec.template.spec.containers;
  if (!container || others.length > 0) throw new Error('there must be one container');
  return container;
}

describe('deploy/kubernetes', () => {
  it('is YAML in every file, and the objects in them have only fields and values that Kubernetes knows', async () => {
    for (const name of yamlFiles) parseManifests(ours(name));
    const objects = plainObjects();
    expect(objects.map(({ kind }) => kind)).to.include.members(['Deployment', 'ServiceMonitor', 'ScaledObject']);
    expect(await findings(objects)).to.deep.equal([]);
  });

  it('is judged by schemas that see a wrong value, a missing field and one that does not exist', async () => {
    const [deployment] = parseManifests(ours('base', 'deployment.yaml'));
    const wrong = [
      ['"cpu":"2"', '"cpu":"two"'],
      ['"path"', '"route"'],
      ['"selector"', '"sellector"'],
    ] as const;
    const spoilt = wrong.reduce((json, [from, to]) => json.replace(from, to), JSON.stringify(deployment));
    const found = (await findings([JSON.parse(spoilt) as Manifest])).join('\n');
    expect(found).to.include('cpu must match format "quantity"');
    expect(found).to.include('must have required property selector');
    expect(found).to.include(`'"route"' does not exist`);
  });

  it('becomes objects with only such fields and values, however it is put together', async function () {
    const objects = [...variants.values()].flatMap((source) => build(this, source));
    const different = new Map(objects.map((one) => [JSON.stringify(one), one]));
    expect(different.size).to.be.above(plainObjects().length);
    expect(await findings([...different.values()])).to.deep.equal([]);
  });

  it('runs as the user of the image, at its ports, in the version of the package', () => {
    const uids: Record<string, number> = { node: 1000 }; // in the official image of Node.js
    const [, user = ''] = [...text('Dockerfile').matchAll(/^USER (\S+)$/gm)].at(-1) ?? [];
    const [, ports] = /^EXPOSE (.+)$/m.exec(text('Dockerfile')) ?? [];
    const [deployment] = parseManifests(ours('base', 'deployment.yaml')) as [Deployment];
    expect(deployment.spec.template.spec.securityContext).to.include({ runAsUser: uids[user], runAsGroup: uids[user] });
    expect(
      containerOf(deployment)
        .ports.map(({ containerPort }) => containerPort)
        .join(' '),
    ).to.equal(ports);
    const { version } = JSON.parse(text('package.json')) as { version: string };
    expect(parse(ours('base', 'kustomization.yaml'))).to.have.nested.property('images[0].newTag', version);
    expect(ours('base', 'kustomization.yaml')).to.include(`app.kubernetes.io/version: ${version}\n`);
  });

  it('has the limits of nginx/nginx.conf in its Ingress', () => {
    const values = (directive: string) =>
      [...text('nginx', 'nginx.conf').matchAll(new RegExp(`${directive} (\\w+?)s?;`, 'g'))].map(([, value]) => value);
    const annotations = all('Ingress', plainObjects()).map(({ metadata }) => metadata.annotations ?? {});
    const said = (name: string) => annotations.map((one) => one[`nginx.ingress.kubernetes.io/${name}`]);
    const [readTimeout] = values('proxy_read_timeout');
    const [connectTimeout] = values('proxy_connect_timeout');
    // All requests, batches, WebSockets, which are no bodies and whose connection is upgraded, and films.
    const [any, batch, film] = values('client_max_body_size');
    expect(said('proxy-body-size')).to.deep.equal([any, batch, undefined, film]);
    expect(said('proxy-read-timeout')).to.deep.equal(Array(4).fill(readTimeout));
    expect(said('proxy-connect-timeout')).to.deep.equal(Array(4).fill(connectTimeout));
    expect(said('connection-proxy-header')).to.deep.equal(['close', 'close', undefined, 'close']);
    expect(said('proxy-request-buffering')).to.deep.equal(['on', 'off', undefined, 'off']);
  });

  it('scales by the queue within the same bounds, and as calmly, as by CPU', () => {
    const { spec: byQueue } = the('ScaledObject', plainObjects());
    const { spec: byCpu } = the('HorizontalPodAutoscaler', plainObjects());
    expect(byQueue.advanced.horizontalPodAutoscalerConfig.behavior).to.deep.equal(byCpu.behavior);
    expect(byQueue).to.include({ minReplicaCount: byCpu.minReplicas, maxReplicaCount: byCpu.maxReplicas });
  });

  it('scales by a metric that the service has, of its own namespace', async () => {
    const zero = () => 0;
    const names = (await new WorkerMetrics(zero, zero, []).snapshot()).map(({ name }) => name);
    const { triggers } = the('ScaledObject', plainObjects()).spec;
    const queries = triggers.flatMap(({ metadata }) => metadata['query'] ?? []);
    expect(queries).to.have.length(1);
    const [, name, namespace] = /\b(face_detector_\w+)\{namespace="([\w-]+)"\}/.exec(queries[0] ?? '') ?? [];
    expect(names).to.include(name);
    expect(parse(ours('overlays', 'queue-depth', 'kustomization.yaml'))).to.include({ namespace });
  });

  it('names in its README the overlays and components that there are', () => {
    const named = ours('README.md').match(/\b(?:overlays|components)\/[\w-]+/g) ?? [];
    expect([...new Set(named)]).to.have.members([...components, ...overlays]);
  });
});

for (const [variant, source] of variants) {
  describe(`deploy/kubernetes: ${variant}`, () => {
    let objects: Manifest[];
    let deployment: Deployment;
    let service: KubernetesService;
    let environment: Record<string, string>;
    const pod = () => deployment.spec.template.spec;
    const container = () => containerOf(deployment);
    const cores = () => Number(container().resources.limits.cpu);
    const config = () => readConfig(environment, cores());
    const portNames = () => container().ports.map(({ name }) => name);

    before(function () {
      objects = build(this, source);
      deployment = the('Deployment', objects);
      service = the('Service', objects);
      environment = the('ConfigMap', objects).data;
    });

    it('selects the pods by labels that they have', () => {
      const spread = pod().topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels);
      const selectors = [
        deployment.spec.selector.matchLabels,
        service.spec.selector,
        the('NetworkPolicy', objects).spec.podSelector.matchLabels,
        ...all('PodDisruptionBudget', objects).map(({ spec }) => spec.selector.matchLabels),
        ...spread,
      ];
      for (const selector of selectors) {
        expect(Object.keys(selector)).to.have.members(['app.kubernetes.io/name', 'app.kubernetes.io/component']);
        expect(deployment.spec.template.metadata.labels).to.include(selector);
      }
      for (const { spec } of all('ServiceMonitor', objects))
        expect(service.metadata.labels).to.include(spec.selector.matchLabels);
      for (const { metadata } of objects) expect(metadata.labels).to.include(deployment.spec.selector.matchLabels);
    });

    it('names ports that exist, where the service listens', () => {
      const { port, metricsPort } = config();
      expect(container().ports).to.deep.equal([
        { name: 'http', containerPort: port },
        { name: 'metrics', containerPort: metricsPort },
      ]);
      expect(service.spec.ports.map(({ targetPort }) => targetPort)).to.have.members(portNames());
      const servicePorts = service.spec.ports.map(({ name }) => name);
      const rules = all('Ingress', objects).flatMap(({ spec }) => spec.rules);
      for (const { backend } of rules.flatMap(({ http }) => http.paths)) {
        expect(backend.service).to.deep.equal({ name: service.metadata.name, port: { name: 'http' } });
        expect(servicePorts).to.include(backend.service.port.name);
      }
      for (const endpoint of all('ServiceMonitor', objects).flatMap(({ spec }) => spec.endpoints)) {
        expect(endpoint).to.include({ port: 'metrics', path: '/metrics' });
        expect(servicePorts).to.include(endpoint.port);
      }
    });

    it('lets in what comes to its ports, and nothing out', () => {
      const { policyTypes, ingress, egress = [] } = the('NetworkPolicy', objects).spec;
      expect(policyTypes).to.have.members(['Ingress', 'Egress']);
      expect(ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).to.have.members(portNames());
      expect(egress).to.deep.equal([]);
    });

    it('probes routes of the service, and is in no hurry to kill it', () => {
      const described = { config: config(), rules: requestRules(config(), 'mtcnn') } as unknown as Service;
      const routes = Object.keys((openApi(described, '1.2.3') as { paths: object }).paths);
      const { startupProbe, readinessProbe, livenessProbe } = container();
      const paths = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.path);
      expect(paths).to.deep.equal(['/readyz', '/readyz', '/healthz']);
      expect(routes).to.include.members(paths);
      for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) expect(httpGet.port).to.equal('http');
      const patience = livenessProbe.periodSeconds * livenessProbe.failureThreshold * 1000;
      expect(patience).to.be.above(config().requestTimeoutMs + config().hangTimeoutMs);
    });

    it('sets what the service can be set to, and gives it a core for each worker', () => {
      const variables = [...Object.keys(environment), ...(container().env ?? []).map(({ name }) => name)];
      expect(Object.values(settings).map(({ variable }) => variable)).to.include.members(variables);
      const { name } = the('ConfigMap', objects).metadata;
      expect(container().envFrom).to.deep.equal([{ configMapRef: { name } }]);
      expect(config().workers).to.equal(cores());
      checkCores(config(), cores());
    });

    it('gives its workers the memory that they may need', function () {
      if (variant === 'overlays/local') skip(this, 'overlays/local is a pod to try it with, of 1 GiB');
      const given = (container().env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
      const whole = readConfig({ ...environment, ...Object.fromEntries(given) }, cores());
      const [, gigabytes] = /^(\d+)Gi$/.exec(container().resources.limits.memory) ?? [];
      expect(servicePeakBytes(whole)).to.be.at.most(Number(gigabytes) * 2 ** 30);
    });

    it('waits at its end for proxies that are behind, and for all that was accepted', () => {
      const { seconds } = container().lifecycle.preStop.sleep;
      expect(seconds).to.be.within(5, 30);
      const left = pod().terminationGracePeriodSeconds - seconds;
      const [, composed] = /stop_grace_period: (\d+)s/.exec(text('docker-compose.yml')) ?? [];
      expect(left).to.be.at.least(Number(composed));
      expect(left * 1000).to.be.above(config().shutdownTimeoutMs + 2 * 5000);
      expect(deployment.spec.strategy).to.have.nested.property('rollingUpdate.maxUnavailable', 0);
    });

    it('is scaled by one thing, and a drained node may move some of its pods', () => {
      const byCpu = all('HorizontalPodAutoscaler', objects).map(({ spec }) => spec);
      const byQueue = all('ScaledObject', objects).map(({ spec }) => spec);
      const fixed = [deployment.spec.replicas].filter((replicas) => replicas !== undefined);
      expect([...byCpu, ...byQueue, ...fixed]).to.have.length(1);
      const { name } = deployment.metadata;
      for (const { scaleTargetRef } of [...byCpu, ...byQueue])
        expect(scaleTargetRef).to.deep.equal({ apiVersion: 'apps/v1', kind: 'Deployment', name });
      const fewest = byCpu[0]?.minReplicas ?? byQueue[0]?.minReplicaCount ?? 0;
      for (const { spec } of all('PodDisruptionBudget', objects)) {
        expect(spec).to.not.have.property('minAvailable');
        const share = Number(/^(\d+)%$/.exec(spec.maxUnavailable)?.[1]) / 100;
        expect(Math.ceil(share * fewest)).to.be.within(1, fewest - 1);
      }
    });

    it('may do nothing but serve', () => {
      expect(pod()).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(pod().securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(container().securityContext).to.deep.equal({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      // Of its own, and empty: for films while they are read.
      for (const volume of pod().volumes ?? []) expect(volume).to.have.all.keys('name', 'emptyDir');
      expect(pod()).to.not.have.any.keys('hostNetwork', 'hostPID', 'hostIPC', 'initContainers');
    });
  });
}
