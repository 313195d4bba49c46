/** A BMP of 24 bits, which sharp does not write, of RGB pixels (BITMAPFILEHEADER and BITMAPINFOHEADER, rows from the bottom). */
export function bmp({ data, width, height }) {
  const row = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + row * height);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10); // where the pixels begin
  bytes.writeUInt32LE(40, 14); // length of the second header
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((height - 1 - y) * width + x) * 3;
      const to = 54 + y * row + x * 3;
      for (let i = 0; i < 3; i++) bytes[to + i] = data[from + 2 - i];
    }
  }
  return bytes;
}
