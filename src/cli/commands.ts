import { benchCommand } from './bench.js';
import { buildCommand } from './build.js';
import type { Command } from './command.js';
import { completionCommand } from './completion.js';
import { detectCommand } from './detect.js';
import { doctorCommand } from './doctor.js';
import { enqueueCommand } from './enqueue.js';
import { healthCommand } from './health.js';
import { jobsCommand } from './jobs.js';
import { modelsCommand } from './models-command.js';
import { redactCommand } from './redact.js';
import { serveCommand } from './serve.js';
import { trackCommand } from './track.js';
import { workerCommand } from './worker.js';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  detectCommand,
  trackCommand,
  redactCommand,
  serveCommand,
  enqueueCommand,
  workerCommand,
  jobsCommand,
  modelsCommand,
  buildCommand,
  doctorCommand,
  benchCommand,
  healthCommand,
  completionCommand(() => commands),
];
