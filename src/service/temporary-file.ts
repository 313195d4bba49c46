import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file that has no name any more: it is gone when both handles are closed, or the processes that have them end in any way. */
export interface TemporaryFile {
  readonly writer: FileHandle;
  /** At the beginning of the file, whatever is written. */
  readonly reader: FileHandle;
  close(): Promise<void>;
}

/** Makes an empty one in the folder for temporary files. Rejects with the file system's error. */
export async function temporaryFile(): Promise<TemporaryFile> {
  const name = path.join(tmpdir(), `face-detector-${randomUUID()}`);
  const writer = await open(name, 'wx', 0o600);
  try {
    const reader = await open(name, 'r');
    const close = async () => {
      await Promise.all([writer.close(), reader.close()]);
    };
    return { writer, reader, close };
  } catch (error) {
    await writer.close();
    throw error;
  } finally {
    await unlink(name);
  }
}
