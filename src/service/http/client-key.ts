import { isIPv6 } from 'node:net';

/** 16-bit fields of an IPv6 address. */
const fields = 8;
/** A /64, which is what one subscriber commonly gets. */
const fieldsOfNetwork = 4;

/** The network part of an IPv6 address, fields without leading zeros. */
function networkOf(address: string): string {
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter((field) => field !== ''));
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, fields - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...(tail ?? [])]
    .slice(0, fieldsOfNetwork)
    .map((field) => Number.parseInt(field, 16).toString(16))
    .join(':');
}

/**
 * The client that a request counts for: the IPv4 address, or the /64 of an IPv6 address. `ip` as Express reports it.
 */
export function clientKey(ip: string | undefined): string {
  if (ip === undefined) return '';
  const address = ip.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? `${networkOf(address)}::/64` : address;
}
