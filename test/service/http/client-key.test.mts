import { expect } from 'chai';
import { clientKey } from '#dist/service/http/client-key.js';

describe('clientKey', () => {
  it('is an IPv4 address, also as it comes over a socket of IPv6', () => {
    expect(clientKey('192.0.2.7')).to.equal('192.0.2.7');
    expect(clientKey('::ffff:192.0.2.7')).to.equal('192.0.2.7');
  });

  it('is the /64 of an IPv6 address, however that is written', () => {
    for (const address of [
      '2001:db8:0:1::9',
      '2001:db8:0:1:ffff:ffff:ffff:ffff',
      '2001:0DB8:0000:1::',
      '2001:db8::1:0:0:0:1',
    ])
      expect(clientKey(address), address).to.equal('2001:db8:0:1::/64');
    expect(clientKey('::1')).to.equal('0:0:0:0::/64');
    expect(clientKey('fe80::1%eth0')).to.equal('fe80:0:0:0::/64');
    expect(clientKey('2001:db8:0:2::9')).to.not.equal(clientKey('2001:db8:0:1::9'));
  });

  it('takes whatever else a proxy says as it is', () => {
    for (const text of ['unknown', '', '2001:::1']) expect(clientKey(text)).to.equal(text);
    expect(clientKey(undefined)).to.equal('');
  });
});
