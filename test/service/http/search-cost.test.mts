import { expect } from 'chai';
import { searchCostMs } from '#dist/service/http/search-cost.js';

const square = (side: number) => ({ width: side, height: side });

describe('the cost of a search', () => {
  it('grows with the picture, with small faces and with a fine pyramid', () => {
    const usual = searchCostMs(square(1000), 'mtcnn', {});
    expect(searchCostMs(square(2000), 'mtcnn', {})).to.be.closeTo(4 * usual, 1);
    expect(searchCostMs(square(1000), 'mtcnn', { minFaceSize: 12 })).to.be.above(1.5 * usual);
    expect(searchCostMs(square(1000), 'mtcnn', { minFaceSize: 200 })).to.be.below(usual);
    expect(searchCostMs(square(1000), 'mtcnn', { scaleFactor: 0.95 })).to.be.above(2 * usual);
  });

  it('has the time of decoding HEIC and AVIF in it', () => {
    const [jpeg, avif, heic] = ['jpeg', 'avif', 'heic'].map((format) =>
      searchCostMs({ ...square(1000), format }, 'mtcnn', { minFaceSize: 200 }),
    );
    expect(jpeg as number).to.be.below(avif as number);
    expect(avif as number).to.be.below(heic as number);
  });

  it('goes by the picture as it is searched: maxSide leaves only the decoding', () => {
    const [large, shrunk, small] = [
      searchCostMs(square(7000), 'mtcnn', {}),
      searchCostMs(square(7000), 'mtcnn', { maxSide: 700 }),
      searchCostMs(square(700), 'mtcnn', {}),
    ];
    expect(shrunk).to.be.below(large);
    expect(shrunk).to.be.above(small);
    expect(searchCostMs(square(700), 'mtcnn', { maxSide: 7000 })).to.equal(small);
  });

  it('grows a hundredfold where a threshold lets every window through, up to the most crops that there may be', () => {
    const usual = searchCostMs(square(1000), 'mtcnn', {});
    const all = searchCostMs(square(1000), 'mtcnn', { pnetThreshold: 0 });
    expect(all).to.be.above(20 * usual);
    expect(searchCostMs(square(1000), 'mtcnn', { pnetThreshold: 0, rnetThreshold: 0 })).to.be.above(2 * all);
    expect(searchCostMs(square(1000), 'mtcnn', { rnetThreshold: 0 })).to.equal(usual);
    const [large, larger] = [square(5000), square(5100)].map((size) =>
      searchCostMs(size, 'mtcnn', { pnetThreshold: 0 }),
    );
    expect(larger as number).to.be.below(1.1 * (large as number));
  });

  it('of networks that see two megapixels at most is bounded, but for the decoding; not of haar', () => {
    const [two, eight] = [square(1414), square(2828)];
    expect(searchCostMs(eight, 'ssd', {}) - searchCostMs(two, 'ssd', {})).to.be.closeTo(72, 1);
    expect(searchCostMs(eight, 'haar', {})).to.be.closeTo(4 * searchCostMs(two, 'haar', {}), 1);
  });

  it('of yunet grows with the picture, and with a larger minFaceSize shrinks as it does', () => {
    const network = (side: number, options: { minFaceSize?: number; maxSide?: number } = {}) =>
      searchCostMs(square(side), 'yunet', options) - 12 * (side / 1000) ** 2;
    expect(network(4000)).to.be.closeTo(16 * network(1000), 1);
    expect(network(4000, { minFaceSize: 40 })).to.be.closeTo(network(4000) / 4, 1);
    expect(network(4000, { minFaceSize: 12 })).to.equal(network(4000));
    expect(network(4000, { maxSide: 2000, minFaceSize: 40 })).to.be.closeTo(network(2000), 1);
  });
});
