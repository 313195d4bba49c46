import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { settings } from '#dist/service/config.js';
import { root } from '../fixtures/available.mjs';

const text = (name: string) => readFileSync(path.join(root, name), 'utf8');

describe('docker-compose.yml', () => {
  // A setting that does not stand there would be ignored without a word.
  it('hands on every setting of the service', () => {
    const listed = [...text('docker-compose.yml').matchAll(/^ {6}- ([A-Z_]+)(?:=.*)?$/gm)].map(([, name]) => name);
    const inside = ['HOST'];
    const expected = Object.values(settings)
      .map(({ variable }) => variable)
      .filter((variable) => !inside.includes(variable));
    expect(listed).to.have.members(expected);
  });
});

describe('.dockerignore', () => {
  it('keeps the weights, which git ignores', () => {
    expect(text('.gitignore').split('\n')).to.include('models/*/');
    const lines = text('.dockerignore').split('\n');
    expect(lines.filter((line) => line.startsWith('models'))).to.deep.equal([]);
  });

  // The image's stage of tests had no Dockerfile, which a unit test reads the list of libraries from.
  it('keeps the Dockerfile', () => {
    expect(text('.dockerignore').split('\n')).to.not.include('Dockerfile');
  });
});

describe('the Grafana dashboard and the alerts', () => {
  it('ask for metrics that the service has', () => {
    const own = text('src/service/http/worker-metrics.ts');
    const asked = new Set(
      `${text('deploy/monitoring/grafana/dashboards/face-detector.json')}${text('deploy/monitoring/alerts.yml')}`.match(
        /face_detector_[a-z0-9_]+/g,
      ),
    );
    expect(asked.size).to.be.above(5);
    for (const name of asked) expect(own, name).to.include(`'${name.replace(/_(bucket|sum|count)$/, '')}'`);
  });
});
