// QEMU's user mode for arm64, with the libraries that Debian's cross compiler brings.
export const emulator = 'qemu-aarch64';
export const emulatorArgs = ['-L', '/usr/aarch64-linux-gnu'];
