import { expect } from 'chai';
import fc from 'fast-check';
import { checkOptions, expected, type OptionRule, optionTable, resolveOptions } from '#dist/library/detect-options.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { pictureTables, resolveRender } from '#dist/library/render-options.js';
import { readConfig } from '#dist/service/config.js';
import { type Entry, parseOptions, queryEntries, requestRules } from '#dist/service/http/request-options.js';
import { hold } from './hold.mjs';

/** Texts of lists of boxes, most of them right. */
const boxTexts = fc
  .array(
    fc.oneof(fc.constantFrom('1,2,3,4', '-1.5,2,1e1,4', '0', '7', '[]', '1,2,0,4', ''), fc.string({ maxLength: 4 })),
    {
      maxLength: 4,
    },
  )
  .map((items) => items.join(';'));
const rules = { ...requestRules(readConfig({}), 'mtcnn'), ...pictureTables.redact };
const names = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...Object.keys(rules)) },
  fc.constantFrom('__proto__', 'constructor', 'toString', 'maxPixels', '', 'image'),
  fc.string(),
);
const numbers = fc.oneof(fc.integer({ min: -5, max: 5000 }), fc.double({ min: -1, max: 2 }), fc.double());
const choices = ['confidence', 'area', 'reject', 'accept', 'mtcnn', 'true', 'false', 'jpeg', 'webp', 'blur', 'box'];
const texts = fc.oneof(
  numbers.map(String),
  fc.constantFrom(...choices, '0x10', '1e3', ' 20', '00012', '٣'),
  boxTexts,
  fc.string(),
);

const pieces = fc.oneof(names, texts, fc.constantFrom('?', '&', '=', '#', '%', '%20', '+', '%ff', '&&', '?='));
const urls = fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join(''));

/** Whether JavaScript takes a text for a number that has no prefix for its base. */
const isNumberText = (text: string) =>
  text.trim() !== '' && !/[xob]|^\D*Infinity/i.test(text) && Number.isFinite(Number(text));

/** Whether a text lists boxes, or faces where they may be. */
function isBoxes(text: string, orFaces: boolean): boolean {
  if (text.trim() === '[]') return true;
  return text.split(';').every((item) => {
    const numbers = item.split(',');
    if (!numbers.every(isNumberText)) return false;
    if (numbers.length === 1) return orFaces && Number.isInteger(Number(item)) && Number(item) >= 0;
    return numbers.length === 4 && Number(numbers[2]) > 0 && Number(numbers[3]) > 0;
  });
}

/** Whether a text is a value of the option, by its words in the documentation alone. */
function isValue(rule: OptionRule, text: string): boolean {
  if (rule.kind === 'boxes') return isBoxes(text, expected(rule).includes('faces'));
  const words = /^an? (integer|number) from (\S+) to (\S+)$/.exec(expected(rule));
  if (!words) return expected(rule).replaceAll('"', '').split(' or ').includes(text);
  const [, kind, least, most] = words;
  return (
    isNumberText(text) &&
    (kind === 'number' || Number.isInteger(Number(text))) &&
    Number(text) >= Number(least) &&
    Number(text) <= Number(most)
  );
}

function isAccepted(entries: Entry[]): boolean {
  const given = entries.map(([name]) => name);
  if (new Set(given).size < given.length || (given.includes('threshold') && given.includes('onetThreshold')))
    return false;
  return entries.every(([name, text]) => {
    const rule = Object.entries(rules).find(([known]) => known === name)?.[1];
    return rule !== undefined && isValue(rule, text);
  });
}

/** What `read` answers; undefined where it refuses, for which there is one way. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
    expect((error as Error).message.length).to.be.within(10, 1000);
    return undefined;
  }
}

const finite = (values: object) =>
  Object.values(values).every((value) => typeof value !== 'number' || (Number.isFinite(value) && value >= 0));

describe('fuzzing: options', () => {
  it('of a request are taken where every one is known, given once and in its range, and only there', () =>
    hold(
      fc.property(fc.array(fc.tuple(names, texts), { maxLength: 6 }), (entries) => {
        const options = unlessRefused(() => parseOptions(entries, rules));
        expect(options !== undefined, JSON.stringify(entries)).to.equal(isAccepted(entries));
        for (const [name, value] of Object.entries(options ?? {})) {
          const text = entries.find(([given]) => given === name)?.[1];
          if (Array.isArray(value)) continue;
          expect(typeof value === 'number' ? Number(text) : text).to.equal(
            typeof value === 'number' ? value : `${value}`,
          );
        }
      }),
      3000,
    ));

  it('of a program, whatever they are, are refused or become numbers that native code can take', () =>
    hold(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(optionTable), 'x'), fc.oneof(numbers, texts, fc.anything())),
        (options) => {
          const isTaken = unlessRefused(() => checkOptions(options) ?? true);
          if (isTaken) expect(finite(resolveOptions({}, options)), JSON.stringify(options)).to.equal(true);
        },
      ),
      3000,
    ));

  it('of pictures are refused or become what native code can take', () =>
    hold(
      fc.property(
        fc.constantFrom('annotate' as const, 'redact' as const, 'crops' as const),
        fc.dictionary(
          fc.constantFrom(
            ...['format', 'quality', 'mode', 'shape', 'margin', 'align', 'size', 'scores', 'landmarks'],
            ...['except', 'only', 'regions'],
          ),
          fc.oneof(numbers, texts, fc.boolean(), fc.anything()),
          { maxKeys: 3 },
        ),
        fc.boolean(),
        (kind, options, hasLandmarks) => {
          const render = unlessRefused(() => resolveRender(kind, options, hasLandmarks));
          if (render) expect(finite(render)).to.equal(true);
        },
      ),
      3000,
    ));

  it('are read off any URL', () =>
    hold(
      fc.property(urls, (url) => {
        for (const [name, text] of queryEntries(`/v1/faces?${url}`))
          expect([typeof name, typeof text]).to.deep.equal(['string', 'string']);
        unlessRefused(() => parseOptions(queryEntries(url), rules));
      }),
      1000,
    ));
});
