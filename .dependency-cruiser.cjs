// Which folder may import which, types included: in src cli and service -> library -> system, beside it tools -> scripts, and never back.
// `npm run lint` checks it.
const only = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}` },
  to: { path: '^src/', pathNot: to.map((folder) => `^src/${folder}`) },
});

module.exports = {
  forbidden: [
    { name: 'no ring of imports', severity: 'error', from: {}, to: { circular: true } },
    only('system imports no other folder', 'system/', ['system/']),
    only('library imports system only', 'library/', ['library/', 'system/']),
    only('the page imports nothing but itself', 'web/', ['web/']),
    only('http knows neither the worker process nor the primary', 'service/http/', [
      'service/http/',
      'service/[^/]+$',
      'library/',
      'system/',
    ]),
    only('the worker does not know the primary', 'service/worker/', [
      'service/worker/',
      'service/http/',
      'service/[^/]+$',
      'library/',
      'system/',
    ]),
    only('the primary answers no requests', 'service/primary/', [
      'service/primary/',
      'service/[^/]+$',
      'library/',
      'system/',
    ]),
    only('the service does not know the command line', 'service/', ['service/', 'library/', 'system/']),
    {
      name: 'scripts import no tool',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^tools/' },
    },
    {
      name: 'tools share what is in lib, and lib knows none of them',
      severity: 'error',
      from: { path: '^tools/([^/]+)/' },
      to: { path: '^tools/', pathNot: ['^tools/$1/', '^tools/lib/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
