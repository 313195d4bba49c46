import { readFileSync } from 'node:fs';
import path from 'node:path';

export type ReadText = (file: string) => string;

/** Reads a kernel file; empty if it does not exist. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** `folder` and all its parents up to `root`: a limit anywhere on the path applies. */
function upwards(root: string, folder: string): string[] {
  const folders = [path.join(root, folder)];
  for (let at = folder; at !== '/' && at !== '.'; ) {
    at = path.dirname(at);
    folders.push(path.join(root, at));
  }
  return folders;
}

/**
 * Folders of the cgroups, version 2 and version 1, that limit this process by a controller, such as `cpu` or `memory`.
 */
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
