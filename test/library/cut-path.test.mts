import { expect } from 'chai';
import { cutPath, cutWords } from '#dist/library/cut-path.js';

describe('paths in messages', () => {
  it('stay whole up to 300 characters; longer ones lose their middle', () => {
    const whole = 'p'.repeat(300);
    expect(cutPath(whole)).to.equal(whole);
    const cut = cutPath(`/start/${'p'.repeat(2 ** 20)}/end.jpg`);
    expect(cut)
      .to.have.length(300)
      .and.match(/^\/start\/p+…p+\/end\.jpg$/);
  });

  it('are cut word by word in a sentence', () => {
    const sentence = 'a sentence of short words '.repeat(50);
    expect(cutWords(sentence)).to.equal(sentence);
    expect(cutWords(`open '${'x'.repeat(5000)}' failed`))
      .to.match(/^open 'x+…x+' failed$/)
      .with.length.below(350);
  });
});
