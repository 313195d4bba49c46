import { benchCommand } from './bench.js';
import { buildCommand } from './build.js';
import type { Command } from './command.js';
import { completionCommand } from './completion.js';
import { detectCommand } from './detect.js';
import { doctorCommand } from './doctor.js';
import { healthCommand } from './health.js';
import { modelsCommand } from './models.js';
import { serveCommand } from './serve.js';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  detectCommand,
  serveCommand,
  modelsCommand,
  buildCommand,
  doctorCommand,
  benchCommand,
  healthCommand,
  completionCommand,
];
