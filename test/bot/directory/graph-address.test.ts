import assert from 'node:assert/strict'
import fc from 'fast-check'
import { address, nextPage, odataText } from '../../../bot/directory/graph-address.ts'

describe('Addresses of Graph', () => {
  it('are paths with an encoded query', () => {
    assert.equal(address(['users', 'a', 'manager'], { $select: 'id,mail' }), '/users/a/manager?$select=id%2Cmail')
    assert.equal(address(['users', 'a', 'photos', '96x96', '$value']), '/users/a/photos/96x96/$value')
  })

  it('keep every text in its segment and its literal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(text !== '.' && text !== '..')
        const url = new URL(
          `https://graph.example/v1.0${address(['users', text, 'sendMail'], { $filter: `x eq ${odataText(text)}` })}`,
        )
        const parts = url.pathname.split('/')
        assert.equal(parts.length, 5)
        assert.equal(decodeURIComponent(parts[3] ?? ''), text)
        assert.equal(url.hash, '')
        assert.deepEqual([...url.searchParams.keys()], ['$filter'])
        const literal = url.searchParams.get('$filter')?.slice('x eq '.length) ?? ''
        assert.match(literal, /^'([^']|'')*'$/)
        assert.equal(literal.slice(1, -1).replaceAll("''", "'"), text)
      }),
    )
  })

  it('refuse a segment that would climb out of its place', () => {
    assert.throws(() => address(['users', '..', 'x']), TypeError)
    assert.throws(() => address(['users', '', 'x']), TypeError)
  })

  it('of next pages are followed as given on our endpoint, and nowhere else', () => {
    const link = 'https://graph.example/v1.0/users?$skiptoken=a%2Bb'
    assert.equal(nextPage(link, 'https://graph.example'), link)
    for (const elsewhere of [
      'https://graph.example.evil/v1.0/users',
      'https://x@graph.example/v1.0/users',
      '/v1.0/users',
      '\u00a0https://graph.example/v1.0/users',
      ' https://graph.example/v1.0/users',
      'https://graph.example/v1.0/../beta/users',
    ])
      assert.throws(() => nextPage(elsewhere, 'https://graph.example'), { name: 'DirectoryError', code: 'unreachable' })
  })
})
