import { expect } from 'chai';
import { strictHeader } from '#dist/service/http/part-header.js';

/** The strict header of a part with this disposition: the names in it as busboy decodes them. */
function namesOf(disposition: string): string {
  const bytes = Buffer.from(`Content-Disposition: ${disposition}`).toString('latin1');
  return Buffer.from(strictHeader(bytes, '\r\n'), 'latin1').toString().split('\r\n')[0] ?? '';
}

const strict = (name: string, filename = '') =>
  `Content-Disposition: form-data; name="${name}"${filename && `; filename="${filename}"`}`;

describe('strictHeader', () => {
  const cases: [disposition: string, strict: string][] = [
    ['form-data; name="a"; filename="b.jpg"', strict('a', 'b.jpg')],
    ['attachment;filename = my photo.jpg ;name=a;', strict('a', 'my photo.jpg')],
    [
      'form-data; name=a; filename="my \\"best\\" %22photo%22 \\\\ \\n.jpg"',
      strict('a', 'my \\"best\\" \\"photo\\" \\\\ \\\\n.jpg'),
    ],
    ['form-data; name=a; filename="my "best" photo.jpg"', strict('a', 'my \\"best\\" photo.jpg')],
    ['form-data; name=a; filename="a; name=b.jpg"', strict('a', 'a; name=b.jpg')],
    ['form-data; name=a; filename="Zoë 字.jpg"', strict('a', 'Zoë 字.jpg')],
    ["form-data; name=a; filename=x; filename*=UTF-8''%E2%82%AC%20.jpg", strict('a', '€ .jpg')],
    ["form-data; name=a; filename*=iso-8859-1'de'Zo%EB.jpg", strict('a', 'Zoë.jpg')],
    ['form-data; name=a; filename*=%41.jpg', strict('a', '%41.jpg')],
    ["form-data; name=a; filename*0*=utf-8''%E2%82; filename*1*=%AC.jpg", strict('a', '€.jpg')],
    ['form-data; name=a; filename*0="b"; filename*1=".jpg"', strict('a', 'b.jpg')],
    ['form-data; name=a; filename=""', strict('a')],
    ['form-data; NAME=a; FileName=b', strict('a', 'b')],
    ['form-data; name=""', 'Content-Disposition: form-data'],
    ['form-data', 'Content-Disposition: form-data'],
  ];
  for (const [disposition, expected] of cases)
    it(`reads ${disposition}`, () => expect(namesOf(disposition)).to.equal(expected));

  it('makes a file of what has a file name or is application/octet-stream, and keeps the type of a text', () => {
    const typeOf = (...lines: string[]) => strictHeader(lines.join('\r\n'), '\r\n').split('\r\n')[1];
    const text = 'Content-Disposition: form-data; name=a';
    const file = 'Content-Type: application/octet-stream';
    expect(typeOf(text)).to.equal('Content-Type: text/plain');
    expect(typeOf(text, 'Content-Type: text/plain; charset=iso-8859-1')).to.match(/iso-8859-1$/);
    expect(typeOf(text, 'Content-Type: image/jpeg')).to.equal('Content-Type: image/jpeg');
    expect(typeOf(text, 'content-type: Application/Octet-Stream; x=y')).to.equal(file);
    expect(typeOf(`${text}; filename=""`, 'Content-Type: image/jpeg')).to.equal(file);
  });

  it('passes over a part without a disposition', () => {
    expect(strictHeader('Content-Type: image/jpeg', '\n')).to.equal('Content-Type: text/plain');
  });
});
