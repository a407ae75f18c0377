import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import {
  callerAddress,
  isFromInside,
  networkOf,
  onlyLoopback,
  readTrustedProxies,
  type TrustedProxies,
} from '../../../bot/web/caller-address.ts'
import { insiders } from '../../../bot/web/insiders.ts'

function request(peer: string, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  return Object.assign(new IncomingMessage(socket), { headers: { ...headers } })
}

function proxies(text: string): TrustedProxies {
  const read = readTrustedProxies(text)
  assert.ok(!('faults' in read), text)
  return read
}

describe('who sent a request', () => {
  const from = (peer: string, forwarded: string, trusted = onlyLoopback) =>
    callerAddress(request(peer, { 'x-forwarded-for': forwarded }), trusted)

  it('is whoever is connected, where no proxy stands for anybody', () => {
    assert.equal(callerAddress(request('203.0.113.7'), onlyLoopback), '203.0.113.7')
    assert.equal(callerAddress(request('::ffff:203.0.113.7'), onlyLoopback), '203.0.113.7')
    assert.equal(callerAddress(request('127.0.0.1'), onlyLoopback), '127.0.0.1')
  })

  it('is not what a stranger says', () => {
    assert.equal(from('203.0.113.7', '198.51.100.1'), '203.0.113.7')
    assert.equal(from('10.0.4.9', '198.51.100.1'), '10.0.4.9')
    assert.equal(from('127.0.0.1', '198.51.100.1', proxies('none')), '127.0.0.1')
  })

  it('is the hop that the trusted proxy saw, not those that the caller wrote before it', () => {
    assert.equal(from('127.0.0.1', '8.8.8.8, 127.0.0.1, 198.51.100.1'), '198.51.100.1')
    assert.equal(from('::ffff:127.0.0.1', '198.51.100.1'), '198.51.100.1')
    assert.equal(from('::1', '2001:db8::7'), '2001:db8::7')
  })

  it('goes on through proxies that are trusted, one by one', () => {
    const ours = proxies('loopback, 10.0.4.0/24, 2001:db8:1::/48')
    assert.equal(from('127.0.0.1', '8.8.8.8, 198.51.100.1, 10.0.4.9', ours), '198.51.100.1')
    assert.equal(from('2001:db8:1::5', '198.51.100.1, ::ffff:10.0.4.9', ours), '198.51.100.1')
    assert.equal(from('10.0.5.9', '198.51.100.1', ours), '10.0.5.9')
  })

  it('is known although the proxy names ports, and is the proxy when that names nobody', () => {
    assert.equal(from('127.0.0.1', '198.51.100.1:4711'), '198.51.100.1')
    assert.equal(from('127.0.0.1', '[2001:db8::7]:4711'), '2001:db8::7')
    for (const nobody of ['', ' ', 'unknown', 'a, b', '198.51.100.1, <script>', '1.2.3.4.5', ','])
      assert.equal(from('127.0.0.1', nobody), '127.0.0.1', nobody)
  })

  it('is always an address and never one that only the caller named, whatever the header holds', () => {
    const hop = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 30 }), fc.constant('127.0.0.1'))
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 8 }), fc.ipV4(), (claimed, seen) => {
        fc.pre(!seen.startsWith('127.'))
        assert.equal(from('127.0.0.1', [...claimed, seen].join(', ')), seen)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('HELPBOT_TRUSTED_PROXIES', () => {
  it('names what it does not understand', () => {
    for (const wrong of [
      'proxy.example.com',
      '10.0.0.0/33',
      '10.0.0/8',
      '::/129',
      '10.0.0.1/',
      'fe80::1%eth0',
      '*',
      ',',
    ])
      assert.ok('faults' in readTrustedProxies(wrong), wrong)
    assert.deepEqual(readTrustedProxies('loopback, everybody, 10.0.0.0/99'), { faults: ['everybody', '10.0.0.0/99'] })
    assert.ok('faults' in readTrustedProxies('none, loopback'))
  })
})

describe('a network', () => {
  it('is one address of IPv4, and what a provider gives to one customer of IPv6', () => {
    assert.equal(networkOf('198.51.100.1'), '198.51.100.1')
    const first = networkOf('2001:db8:1:2::1')
    for (const same of ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:0001:0002::', '2001:db8:1:2:0:0:0:9'])
      assert.equal(networkOf(same), first, same)
    for (const other of ['2001:db8:1:3::1', '2001:db8::1', '::1', '1::2:3']) assert.notEqual(networkOf(other), first)
  })
})

describe('from inside', () => {
  it('is what comes straight from this machine or a private network', () => {
    for (const peer of ['127.0.0.1', '::1', '::ffff:10.1.2.3', '172.31.0.1', '192.168.7.7', 'fd00::1', '100.64.1.1'])
      assert.equal(isFromInside(request(peer)), true, peer)
    for (const peer of ['203.0.113.7', '172.32.0.1', '2001:db8::1', '100.128.0.1', '', '11.0.0.1'])
      assert.equal(isFromInside(request(peer)), false, peer)
  })

  it('is nothing that a proxy handed on', () => {
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-forwarded-host'])
      assert.equal(isFromInside(request('127.0.0.1', { [header]: '127.0.0.1' })), false, header)
  })

  it('is, where there is a token, whoever has it and nobody else', () => {
    const isInsider = insiders('a-token-of-some-length')
    assert.equal(isInsider(request('203.0.113.7', { authorization: 'Bearer a-token-of-some-length' })), true)
    for (const wrong of ['', 'a-token-of-some-length', 'Bearer a-token-of-some-lengtH', 'Bearer '])
      assert.equal(isInsider(request('127.0.0.1', { authorization: wrong })), false, wrong)
    assert.equal(isInsider(request('127.0.0.1')), false)
  })
})
