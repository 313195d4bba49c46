// The part of Protocol Buffers' wire format that Caffe's and ONNX's files need: integers, bytes and messages.

/** A field's number and its content: an integer, or the bytes of a string, a message or packed numbers. */
export interface Field {
  number: number;
  value: number | Uint8Array;
}

const varintType = 0;
const bytesType = 2;
const fourBytesType = 5;

/** `value`: an integer from 0 to 2^53 - 1. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 128);
  return Uint8Array.from([...digits, rest]);
}

const tag = (number: number, type: number) => varint(number * 8 + type);

export function integerField(number: number, value: number): Uint8Array {
  return Buffer.concat([tag(number, varintType), varint(value)]);
}

export function bytesField(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([tag(number, bytesType), varint(content.byteLength), content]);
}

export const stringField = (number: number, text: string) => bytesField(number, Buffer.from(text));

export const messageField = (number: number, fields: Uint8Array[]) => bytesField(number, Buffer.concat(fields));

/** The fields of a message in order. Throws RangeError if the message is cut short or has an unsupported field type. */
export function readFields(message: Uint8Array): Field[] {
  let at = 0;
  const readVarint = () => {
    for (let value = 0, unit = 1; at < message.byteLength; unit *= 128) {
      const byte = message[at++] as number;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw new RangeError('a number is cut short');
  };
  const readBytes = (length: number) => {
    if (at + length > message.byteLength) throw new RangeError('a field is cut short');
    at += length;
    return message.subarray(at - length, at);
  };
  const readValue = (type: number) => {
    if (type === varintType) return readVarint();
    if (type === bytesType) return readBytes(readVarint());
    if (type === fourBytesType) return readBytes(4);
    throw new RangeError(`a field of type ${type}`);
  };
  const fields: Field[] = [];
  while (at < message.byteLength) {
    const key = readVarint();
    fields.push({ number: Math.floor(key / 8), value: readValue(key % 8) });
  }
  return fields;
}

/** The contents of all byte fields with that number. */
export const bytesOf = (fields: Field[], number: number) =>
  fields.flatMap((field) => (field.number === number && typeof field.value !== 'number' ? [field.value] : []));
