import { expect } from 'chai';
import {
  bytesField,
  bytesOf,
  integerField,
  messageField,
  readFields,
  stringField,
} from '#dist/library/weights/protobuf.js';

describe("protobuf's wire format", () => {
  it('has the bytes of its specification', () => {
    // https://protobuf.dev/programming-guides/encoding/: field 1 with 150, field 2 with "testing", field 3 with the first of them.
    expect([...integerField(1, 150)]).to.deep.equal([0x08, 0x96, 0x01]);
    expect(Buffer.from(stringField(2, 'testing')).toString('hex')).to.equal('120774657374696e67');
    expect([...messageField(3, [integerField(1, 150)])]).to.deep.equal([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });

  it('is read back, also where numbers take several bytes', () => {
    for (const value of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER])
      expect(readFields(integerField(8000, value))).to.deep.equal([{ number: 8000, value }]);
    const long = Buffer.alloc(70_000, 7);
    const [{ value } = { value: 0 }] = readFields(bytesField(9, long));
    expect(Buffer.compare(value as Uint8Array, long)).to.equal(0);
  });

  it('gives fields in their order, and passes by numbers of four bytes', () => {
    const fields = readFields(
      Buffer.concat([stringField(1, 'a'), Buffer.from([0x15, 1, 2, 3, 4]), integerField(3, 5), stringField(1, 'b')]),
    );
    expect(bytesOf(fields, 1).map((bytes) => Buffer.from(bytes).toString())).to.deep.equal(['a', 'b']);
    expect(fields.map(({ number }) => number)).to.deep.equal([1, 2, 3, 1]);
  });

  it('is refused where it is cut short or of another kind', () => {
    const whole = Buffer.concat([integerField(1, 300), stringField(2, 'testing'), Buffer.from([0x15, 1, 2, 3, 4])]);
    const ends = new Set([0, 3, 12, whole.length]); // between two fields
    for (let length = 0; length <= whole.length; ++length) {
      const read = () => readFields(whole.subarray(0, length));
      if (ends.has(length)) expect(read, String(length)).not.to.throw();
      else expect(read, String(length)).to.throw(RangeError);
    }
    expect(() => readFields(Buffer.from([0x0b]))).to.throw(RangeError, 'type 3');
  });
});
