import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { formLimits } from '#dist/service/http/form-parser.js';
import { type Form, readForm, readJson, readUpload, type Upload } from '#dist/service/http/upload.js';
import { formType, openWire, postHead } from '../../fixtures/http.mjs';
import { type Outcome, type Receiver, startReceiver } from '../../fixtures/receiver.mjs';

const limits = { maxBytes: 20_000_000, timeoutMs: 10_000 };
const multipart = { 'Content-Type': formType };

/** A part of a form with the boundary `x`, whose header is given. */
const part = (header: string, content = '') => `--x\r\n${header}\r\n\r\n${content}\r\n`;
const field = (name: string, text: string) => part(`Content-Disposition: form-data; name="${name}"`, text);
const file = (name: string, content: string) =>
  part(`Content-Disposition: form-data; name="${name}"; filename="a.jpg"\r\nContent-Type: image/jpeg`, content);
const end = '--x--';

/** What has come, bytes as text, so that it reads well. */
const shown = <T,>(outcome: Outcome<T>) =>
  JSON.parse(
    JSON.stringify(outcome, (_key, value) =>
      value?.type === 'Buffer' ? Buffer.from(value).toString('latin1') : value,
    ),
  );

const malformed = (why: string) => ({ code: 'MALFORMED_BODY', message: `the form is malformed: ${why}` });

describe('readForm', () => {
  let receiver: Receiver<Form>;
  before(async () => {
    receiver = await startReceiver((request, response) => readForm(request, response, limits));
  });
  after(() => receiver.close());

  const post = async (body: string) => shown(await receiver.post(Buffer.from(body, 'latin1'), multipart));

  const form = `${field('minFaceSize', '40')}${file('image', 'two\r\n--lines')}${end}`;
  const whole = { value: { files: [{ field: 'image', bytes: 'two\r\n--lines' }], fields: [['minFaceSize', '40']] } };

  it('gives files and fields in their order', async () => {
    expect(await post(form)).to.deep.equal(whole);
    const several = `${file('b', '1')}${field('z', '2')}${file('a', '3')}${field('z', '4')}${end}\r\n`;
    expect(await post(several)).to.deep.equal({
      value: {
        files: [
          { field: 'b', bytes: '1' },
          { field: 'a', bytes: '3' },
        ],
        fields: [
          ['z', '2'],
          ['z', '4'],
        ],
      },
    });
    expect(await post(end)).to.deep.equal({ value: { files: [], fields: [] } });
  });

  // Found by fuzzing: busboy opened a file there that it never ended, so the request kept its seat for ever, its client gone or
  // not; as many of them as QUEUE_LIMIT stopped the service.
  it('refuses a part whose header a boundary cuts in two, at once', async () => {
    const cut = '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n--x\r\n--\r\n--x--\r\n';
    expect(await post(cut)).to.deep.equal(malformed('a boundary within the header of a part'));
  });

  it('gives every byte of a file, whatever looks like a boundary', async () => {
    const bytes = `\n--x\n--x--\r\n--y--\r\n-\r\n--\x00\xff${'\r\n-'.repeat(50_000)}`;
    expect(await post(`${file('image', bytes)}${end}`)).to.deep.equal({
      value: { files: [{ field: 'image', bytes }], fields: [] },
    });
  });

  it('is refused where it is cut, at each byte of it', async () => {
    for (let length = 0; length < form.length; length++) {
      const { code, message } = await post(form.slice(0, length));
      expect(code, `cut at ${length}`).to.equal('MALFORMED_BODY');
      expect(message).to.match(/^the form is malformed: \w/);
    }
  });

  it('may come in two pieces, parted at each byte of it', async () => {
    for (let at = 1; at < form.length; at++) {
      const wire = await openWire(receiver.origin);
      wire.socket.setNoDelay(true).write(postHead('/', { ...multipart, 'Content-Length': form.length }));
      wire.socket.write(form.slice(0, at));
      await sleep(1);
      wire.socket.write(form.slice(at));
      expect(shown(await receiver.next()), `parted at ${at}`).to.deep.equal(whole);
      wire.socket.destroy();
    }
  });

  it('ends at once where the client leaves, at any byte of it', async () => {
    for (let length = 0; length < form.length; length += 7) {
      const wire = await openWire(receiver.origin);
      wire.socket.end(postHead('/', { ...multipart, 'Content-Length': form.length }) + form.slice(0, length));
      expect(await receiver.next(), `left at ${length}`).to.have.property('code', 'ABORTED');
    }
  });

  const disposition = 'Content-Disposition: form-data; name="image"; filename="a.jpg"';
  const named = (parameters: string) => part(`Content-Disposition: form-data; name="image"; ${parameters}`, '1');
  const goesOn = 'a line begins with the boundary and goes on';
  const mixed = 'its lines must all end with CR LF, or all with LF';
  const broken: [what: string, body: string, why: string][] = [
    ['nothing', '', 'Unexpected end of form'],
    ['no form', 'a body that is no form', 'Unexpected end of form'],
    ['another boundary', form.replaceAll('--x', '--y'), 'Unexpected end of form'],
    ['no terminator', form.slice(0, -end.length), 'Unexpected end of form'],
    [
      'a header followed at once by the end',
      `--x\r\n${disposition}\r\n${end}`,
      'a boundary within the header of a part',
    ],
    ['a part without a header', `--x\r\n\r\n1\r\n${end}`, 'Malformed part header'],
    ['a header line without a name', part(': form-data', '1') + end, 'Malformed part header'],
    ['a header of zeros', part('\0\0\0', '1') + end, 'a control character in the header of a part'],
    ['a zero in a name', file('image\0', '1') + end, 'a control character in the header of a part'],
    ['a zero in an encoded name', named("filename*=UTF-8''a%00.jpg") + end, 'a control character in a name'],
    [
      'CR alone in a header',
      part(disposition.replace('; f', ';\rf'), '1') + end,
      'a control character in the header of a part',
    ],
    ['two names in one part', named('filename=a; name="other"') + end, 'a part has two parameters name'],
    ['a name in two spellings', named("filename=a; name*=UTF-8''other") + end, 'a part has two parameters name'],
    ['two file names in one part', named('filename=a.jpg; filename=b.jpg') + end, 'a part has two parameters filename'],
    [
      'a file name whose quotes end its parameter and begin another one',
      named('filename="my "photo"; filename="b.jpg"') + end,
      'a part has two parameters filename',
    ],
    ['a quoted name without an end', named('filename="a.jpg') + end, 'a quoted name does not end'],
    [
      'two dispositions in one part',
      part(`${disposition}\r\n${disposition}`, '1') + end,
      'a part has two headers content-disposition',
    ],
    ['a boundary that is the beginning of another', form.replace('two', 'two\r\n--xy'), goesOn],
    ['a boundary and its dashes that are the beginning of another', form.replace('two', 'two\r\n--x--y'), goesOn],
    ['a first boundary that goes on', `--xy\r\n${form}`, goesOn],
    ['a boundary with white space before its dashes', form.replace('--x--', '--x --'), goesOn],
    ['lines that end with LF behind one with CR LF', form.replace(/\r\n(?!--x)/g, '\n').replace('\n', '\r\n'), mixed],
    ['lines that end with CR LF behind one with LF', form.replace('--x\r\n', '--x\n'), mixed],
    ['lines that end with CR', form.replaceAll('\r\n', '\r'), mixed],
    ['a boundary that ends with LF among others', form.replace(/--x\r\n(?=.*filename)/, '--x\n'), mixed],
    ['a field name of 1 MB', file('n'.repeat(1_000_000), '1') + end, 'Malformed part header'],
    ['a file name of 1 MB', file(`image"; filename="${'n'.repeat(1_000_000)}`, '1') + end, 'Malformed part header'],
    ['100,000 empty parts', part('A: b').repeat(100_000) + end, 'too many parts'],
    ['100,000 fields', field('a', '1').repeat(100_000) + end, 'too many parts'],
    ['100,000 files', file('a', '1').repeat(100_000) + end, 'too many parts'],
    // A form of one piece with any of these was once never answered.
    ['a file too many', file('a', '1').repeat(formLimits.files + 1) + end, 'too many parts'],
    ['a field too many', field('a', '1').repeat(formLimits.fields + 1) + end, 'too many parts'],
    ['a long text', field('a', 't'.repeat(4097)) + end, 'a field has more than 4096 bytes'],
  ];
  for (const [what, body, why] of broken) {
    it(`refuses ${what}: ${why}`, async () => expect(await post(body)).to.deep.equal(malformed(why)));
  }

  const lf = (text: string) => text.replaceAll('\r\n', '\n');
  const onlyForm: [string[][], string[][]] = [[['image', 'two\r\n--lines']], [['minFaceSize', '40']]];
  // Each is what a client was reported to send.
  const spellings: [what: string, header: string][] = [
    ['a semicolon behind the file name', `${disposition};`],
    [
      'semicolons and white space everywhere',
      'Content-Disposition:form-data ;; name = "image" ;\tfilename = "a.jpg" ; ; ',
    ],
    ['a file name with spaces and without quotes', disposition.replace('"a.jpg"', 'my photo.jpg')],
    ['names without quotes', disposition.replaceAll('"', '')],
    ['an empty file name without quotes', disposition.replace('"a.jpg"', '')],
    ['quotes in a file name, escaped', disposition.replace('a.jpg', 'my \\"best\\" \\\\.jpg')],
    ['quotes in a file name, percent-encoded', disposition.replace('a.jpg', 'my %22best%22.jpg')],
    ['quotes in a file name, as they are', disposition.replace('a.jpg', 'my "best" photo.jpg')],
    ['a semicolon in a file name', disposition.replace('a.jpg', 'a; b.jpg')],
    ['a path of Windows', disposition.replace('a.jpg', 'C:\\photos\\a.jpg')],
    ['a file name in two spellings', `${disposition}; filename*=UTF-8''%E2%82%AC.jpg`],
    ['a file name in sections', disposition.replace('filename="a.jpg"', 'filename*0="a"; filename*1=".jpg"')],
    ['a parameter without a value', `${disposition}; x; ; =; y=`],
    ['white space before the colon', disposition.replace(':', ' \t:')],
    ['white space before the header', ` ${disposition}`],
    ['a header in another case', disposition.toUpperCase().replace('"IMAGE"', '"image"')],
    ['a folded header', disposition.replaceAll('; ', ';\r\n\t')],
    ['a name in one spelling of its own', "Content-Disposition: form-data; name*=utf-8''im%61ge; filename=a"],
    ['a disposition behind other headers', `X: 1\r\nContent-Type: image/jpeg\r\n${disposition}`],
  ];
  const fine: [what: string, body: string, files: [field: string | undefined, bytes: string][], fields: string[][]][] =
    [
      ['an empty file', file('image', '') + end, [['image', '']], []],
      [
        'a file without a name of its field',
        part('Content-Disposition: form-data; filename="a"', '1') + end,
        [[undefined, '1']],
        [],
      ],
      ['a field without a name', part('Content-Disposition: form-data', '1') + end, [], [['', '1']]],
      // What a browser sends where nobody chose a file, and some programs with one.
      ['a file with an empty name', named('filename=""') + end, [['image', '1']], []],
      [
        'a header that ends with its line, for an empty file',
        `--x\r\n${disposition}\r\n\r\n${end}`,
        [['image', '']],
        [],
      ],
      [
        'bytes without a file name',
        part(`${disposition.slice(0, 44)}\r\nContent-Type: application/octet-stream`, '1') + end,
        [['image', '1']],
        [],
      ],
      [
        'a file that is an attachment, or anything else',
        ['attachment', 'file', 'Form-Data'].map((kind) => named('filename=a').replace('form-data', kind)).join('') +
          end,
        Array(3).fill(['image', '1']),
        [],
      ],
      ...spellings.map(([what, header]): (typeof fine)[number] => [
        what,
        part(header, '1') + end,
        [['image', '1']],
        [],
      ]),
      [
        'lines that end with LF',
        lf(`before\r\n${form}\r\nafter`),
        [['image', 'two\n--lines']],
        [['minFaceSize', '40']],
      ],
      // Its last byte is no line end there.
      [
        'lines that end with LF behind a file that ends with CR',
        lf(file('image', '1')).replace('1', '1\r') + end,
        [['image', '1\r']],
        [],
      ],
      ['an empty file between LF', `--x\n${disposition}\n\n${end}`, [['image', '']], []],
      ['white space behind each boundary', form.replaceAll(/--x(--)?/g, '$& \t '), ...onlyForm],
      ['an end with more than a line behind it', `${form}\0`, ...onlyForm],
      ['a first boundary behind LF', `\n${form}`, ...onlyForm],
      [
        'what only looks like a boundary',
        form.replace('two', 'two\n--x\r--x --x\n--x--'),
        [['image', 'two\n--x\r--x --x\n--x--\r\n--lines']],
        [['minFaceSize', '40']],
      ],
      // /face ignores it, as it ignores every text.
      [
        "a long text of the image's name beside the image",
        field('image', 't'.repeat(10_000)) + file('image', '1') + end,
        [['image', '1']],
        [['image', 't'.repeat(4097)]],
      ],
      ['the longest text', field('a', 't'.repeat(4096)) + end, [], [['a', 't'.repeat(4096)]]],
      [
        'as many files and fields as are allowed',
        file('a', '1').repeat(formLimits.files) + field('b', '2').repeat(formLimits.fields) + end,
        Array(formLimits.files).fill(['a', '1']),
        Array(100).fill(['b', '2']),
      ],
      ['text before and after', `before\r\n${form}\r\nafter`, [['image', 'two\r\n--lines']], [['minFaceSize', '40']]],
    ];
  for (const [what, body, files, fields] of fine) {
    it(`takes ${what}`, async () => {
      const expected = files.map(([name, bytes]) => ({ ...(name !== undefined && { field: name }), bytes }));
      expect(await post(body)).to.deep.equal({ value: { files: expected, fields } });
    });
  }

  it('refuses a body that says it is no form, or gives no boundary', async () => {
    for (const type of [
      '',
      'text/plain',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=x; boundary=y',
      'multipart/form-data; boundary="x',
      'multipart/mixed; boundary=x',
    ]) {
      expect(await receiver.post(form, type ? { 'Content-Type': type } : {}), type).to.deep.equal({
        code: 'MALFORMED_BODY',
        message: 'the body must be multipart/form-data with a boundary',
      });
    }
  });

  it('takes a boundary in any spelling', async () => {
    for (const [written, boundary] of [
      ['=x', 'x'],
      ['="x"', 'x'],
      ['=x;', 'x'],
      [' = x ; charset=utf-8', 'x'],
      ['=----=_Part_1.2/3:4?', '----=_Part_1.2/3:4?'],
      ['="a \\"b; c"', 'a "b; c'],
      [`=${'b'.repeat(500)}`, 'b'.repeat(500)],
    ] as const) {
      const body = form.replaceAll('--x', `--${boundary}`);
      const outcome = await receiver.post(body, { 'Content-Type': `Multipart/Form-Data;boundary${written}` });
      expect(shown(outcome), written).to.deep.equal(whole);
    }
  });

  it('takes an urlencoded form for one without files', async () => {
    expect(await receiver.post('image=1&a=2', { 'Content-Type': 'application/x-www-form-urlencoded' })).to.deep.equal({
      value: {
        files: [],
        fields: [
          ['image', '1'],
          ['a', '2'],
        ],
      },
    });
  });
});

describe('readJson', () => {
  let receiver: Receiver<Upload>;
  before(async () => {
    receiver = await startReceiver((request, response) => readJson(request, response, limits));
  });
  after(() => receiver.close());

  const bytes = Buffer.from([0xff, 0xd8, 0xff, 0xfb, 0xef, 0xbe, 0x00]);
  const base64 = bytes.toString('base64');

  // Twenty megabytes of these took the event loop seconds each, and 400 MB; ten of them at once looked like a worker that hangs.
  it('refuses a body of more objects, lists and members than a request needs, before it is parsed', async () => {
    const crowds = ['{},', '[],', '1,'].map((one) => `{"image": "AA==", "more": [${one.repeat(2000)}0]}`);
    for (const crowd of crowds) {
      expect(await receiver.post(crowd)).to.deep.equal({
        code: 'MALFORMED_BODY',
        message: 'the body has more than an image and its options',
      });
    }
    expect(await receiver.post(`{"image": "AA==", "more": [${'1,'.repeat(900)}0]}`)).to.have.property('value');
  });

  // Editors and .NET write it.
  it('takes a byte order mark before the JSON, once', async () => {
    const json = JSON.stringify({ image: base64 });
    expect(await receiver.post(`\ufeff${json}`)).to.deep.equal({ value: { image: bytes, fields: [] } });
    expect(await receiver.post(`\ufeff\ufeff${json}`)).to.deep.equal({
      code: 'MALFORMED_BODY',
      message: 'the body is not JSON',
    });
  });

  // It was decoded to other bytes, and the image called damaged.
  it('refuses base64 whose + became spaces, and says so', async () => {
    const message = 'image must be a base64 text: it has spaces where + was, as if it had been decoded as a form';
    const lost = [
      base64.replaceAll('+', ' '),
      `data:image/jpeg;base64,${base64.replaceAll('+', ' ')}`,
      'AA  AA==',
      'AAAA\r\nA AA',
    ];
    expect(lost[0]).to.include(' ');
    for (const image of lost)
      expect(await receiver.post(JSON.stringify({ image })), image).to.deep.equal({ code: 'MALFORMED_BODY', message });
  });

  // Each has hundreds of numbers, and was told to have more in it than an image.
  it('says of the bytes of an image as numbers that it must be base64', async () => {
    const data = [...Buffer.alloc(5000, 7)];
    for (const image of [{ type: 'Buffer', data }, data, Object.assign({}, data), { type: 'Buffer', data: [1, 2] }])
      expect(await receiver.post(JSON.stringify({ sort: 'area', image }, null, 1))).to.deep.equal({
        code: 'MALFORMED_BODY',
        message: 'image must be a base64 text',
      });
  });

  it('takes base64 in all its forms', async () => {
    const texts = [
      base64,
      `data:image/jpeg;base64,${base64}`,
      `data:;base64,${base64}`,
      `DATA:image/jpeg;name=a.jpg;Base64, ${base64}`,
      base64.replace(/=+$/, ''),
      bytes.toString('base64url'),
      base64.replace(/.{4}/g, '$&\r\n '),
      `${base64.slice(0, -1)}\n${base64.slice(-1)}\n`,
    ];
    expect(base64).to.match(/[+/]/);
    for (const image of texts) {
      expect(await receiver.post(JSON.stringify({ image })), image).to.deep.equal({
        value: { image: bytes, fields: [] },
      });
    }
    expect(await receiver.post('{"image": ""}')).to.deep.equal({ value: { image: Buffer.alloc(0), fields: [] } });
  });

  it('gives the other members as texts', async () => {
    const body = `{"minFaceSize": 40, "image": "${base64}", "sort": "area", "clip": false, "a": null, "b": [1], "__proto__": 7}`;
    expect(await receiver.post(body))
      .to.have.nested.property('value.fields')
      .deep.equal([
        ['minFaceSize', '40'],
        ['sort', 'area'],
        ['clip', 'false'],
        ['a', 'null'],
        ['b', '[1]'],
        ['__proto__', '7'],
      ]);
  });

  const bad: [body: string, code: string, message: string][] = [
    ...['', '{', '{"image": "', 'image=1', '\xff\xfe'].map((body): [string, string, string] => [
      body,
      'MALFORMED_BODY',
      'the body is not JSON',
    ]),
    ...['null', '1', '"image"', '[]', 'true'].map((body): [string, string, string] => [
      body,
      'MALFORMED_BODY',
      'the body must be a JSON object',
    ]),
    ...['{}', '{"Image": "AA=="}', '{"__proto__": {"image": "AA=="}}'].map((body): [string, string, string] => [
      body,
      'IMAGE_MISSING',
      'give the image as base64: {"image": "..."}',
    ]),
    ...[
      'null',
      '1',
      '{}',
      '["AA=="]',
      '"A*=="',
      '"AA==="',
      '"AA==AA"',
      '"A"',
      '"AAAAA"',
      '"AA="',
      '"AAAA="',
      '"+_AA"',
      '"AA\\u00a0AA"',
      '"data:image/png,AAAA"',
      '"data:image/png;base64"',
      '"é"',
      '"https://a.org/a.jpg"',
    ].map((image): [string, string, string] => [
      `{"image": ${image}}`,
      'MALFORMED_BODY',
      'image must be a base64 text',
    ]),
  ];
  for (const [body, code, message] of bad) {
    it(`refuses ${body || 'nothing'}: ${message}`, async () =>
      expect(await receiver.post(body)).to.deep.equal({ code, message }));
  }
});

describe('readUpload', () => {
  let receiver: Receiver<Upload>;
  let limitsNow = limits;
  before(async () => {
    receiver = await startReceiver((request, response) => readUpload(request, response, limitsNow));
  });
  after(() => receiver.close());
  afterEach(() => {
    limitsNow = limits;
  });

  const post = async (body: string, type: string, headers = {}) =>
    shown(await receiver.post(body, { ...(type && { 'Content-Type': type }), ...headers }));

  it('takes the bare bytes of an image', async () => {
    for (const type of ['image/jpeg', 'image/x-whatever', 'IMAGE/PNG', 'application/octet-stream; charset=x']) {
      expect(await post('bytes', type), type).to.deep.equal({ value: { image: 'bytes', fields: [] } });
    }
    expect(await post('', 'image/png')).to.deep.equal({ value: { image: '', fields: [] } });
    expect(await post('b', 'image/png', { 'Content-Encoding': 'identity' })).to.have.property('value');
  });

  it('takes JSON', async () => {
    const expected = { value: { image: 'bytes', fields: [['sort', 'area']] } };
    for (const type of ['application/json', 'Application/JSON ; charset=utf-8']) {
      expect(await post('{"image": "Ynl0ZXM=", "sort": "area"}', type)).to.deep.equal(expected);
    }
  });

  it('takes a form with one file, called image or file', async () => {
    for (const name of ['image', 'file']) {
      expect(await post(field('sort', 'area') + file(name, 'bytes') + end, formType)).to.deep.equal({
        value: { image: 'bytes', fields: [['sort', 'area']] },
      });
    }
  });

  const missing = { code: 'IMAGE_MISSING', message: 'send the image as a file in the form field "image"' };
  const nameless = (name: string) => ({ code: 'IMAGE_MISSING', message: `the part "${name}" needs a file name` });
  const refusals: [what: string, body: string, outcome: { code: string; message: string }][] = [
    ['no part', end, missing],
    ['another field', file('photo', '1') + end, missing],
    ['a text', field('image', '1') + end, nameless('image')],
    // It was told that a field was too long.
    ['a long text', field('sort', 'area') + field('file', 't'.repeat(10_000)) + end, nameless('file')],
    [
      'an image without a file name',
      part('Content-Disposition: form-data; name="image"\r\nContent-Type: image/jpeg', '\xff\xd8'.repeat(5000)) + end,
      nameless('image'),
    ],
    ['a file without a name of its field', part('Content-Disposition: form-data; filename="a"', '1') + end, missing],
    [
      'two images',
      file('image', '1').repeat(2) + end,
      { code: 'MALFORMED_BODY', message: 'send one image; /v1/batch takes many' },
    ],
    [
      'an image under each name',
      file('image', '1') + file('file', '1') + end,
      { code: 'MALFORMED_BODY', message: 'send one image; /v1/batch takes many' },
    ],
    [
      'another file',
      file('image', '1') + file('other', '1') + end,
      { code: 'MALFORMED_BODY', message: 'send one file, in the form field "image"' },
    ],
    ['a cut form', file('image', '1'), malformed('Unexpected end of form')],
  ];
  for (const [what, body, outcome] of refusals) {
    it(`refuses ${what}: ${outcome.code}`, async () => expect(await post(body, formType)).to.deep.equal(outcome));
  }

  it('refuses any other content type, naming it', async () => {
    const types = {
      'text/html': '"text/html"',
      'multipart/mixed; boundary=x': '"multipart/mixed"',
      imagejpeg: '"imagejpeg"',
      '': 'none',
    };
    for (const [type, name] of Object.entries(types)) {
      const { code, message } = await post('bytes', type);
      expect(code).to.equal('UNSUPPORTED_FORMAT');
      expect(message)
        .to.match(/^the content type must be multipart\/form-data, image\/\*, .*, got /)
        .and.match(new RegExp(`got ${name}$`));
    }
    const { message } = await post('bytes', `text/${'x'.repeat(10_000)}`);
    expect(message.length).to.be.below(250);
  });

  it('refuses a compressed body', async () => {
    const outcome = await post('bytes', 'image/png', { 'Content-Encoding': 'gzip' });
    expect(outcome).to.deep.equal({
      code: 'UNSUPPORTED_FORMAT',
      message: 'the body must not be compressed, got Content-Encoding gzip',
    });
  });

  it('holds every kind of body to the same limits', async () => {
    limitsNow = { ...limits, maxBytes: 50 };
    for (const type of ['image/png', 'application/json', formType]) {
      expect(await post('x'.repeat(51), type), type).to.have.property('code', 'BODY_TOO_LARGE');
    }
    limitsNow = { ...limits, timeoutMs: 50 };
    for (const type of ['image/png', 'application/json', formType]) {
      const wire = await openWire(receiver.origin);
      wire.socket.write(postHead('/', { 'Content-Type': type, 'Content-Length': 10 }));
      expect(await receiver.next(), type).to.have.property('code', 'BODY_TIMEOUT');
      wire.socket.destroy();
    }
  });
});
