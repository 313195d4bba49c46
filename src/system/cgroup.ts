import { readFileSync } from 'node:fs';
import path from 'node:path';

export type ReadText = (file: string) => string;

/** Text of a file of the kernel; empty where there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** `folder` and every folder above it up to `root`: a limit anywhere on that way counts. */
function upwards(root: string, folder: string): string[] {
  const folders = [path.join(root, folder)];
  for (let at = folder; at !== '/' && at !== '.'; ) {
    at = path.dirname(at);
    folders.push(path.join(root, at));
  }
  return folders;
}

/** Folders of the control groups that bound this process by a controller, such as `cpu` or `memory`: of version 2 and of version 1. */
export function cgroupFolders(controller: string, read: ReadText): { v2: string[]; v1: string[] } {
  const folders = { v2: [] as string[], v1: [] as string[] };
  for (const line of read('/proc/self/cgroup').split('\n')) {
    const [id, controllers = '', group = '/'] = line.split(':');
    if (id === '0') folders.v2.push(...upwards('/sys/fs/cgroup', group));
    else if (controllers.split(',').includes(controller))
      folders.v1.push(...upwards(`/sys/fs/cgroup/${controller}`, group));
  }
  return folders;
}
