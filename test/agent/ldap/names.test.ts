import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AgentError } from '../../../agent/agent-error.ts'
import {
  childDn,
  domainOf,
  formatDn,
  isAtOrBelow,
  isBelow,
  ownName,
  parentDn,
  parseDn,
  same,
} from '../../../agent/ldap/names.ts'

const people = 'OU=People,DC=corp,DC=example'

describe('distinguished names', () => {
  it('are compared step by step, whatever the case and the spaces', () => {
    assert.ok(same('CN=Ada, OU=People,DC=corp,DC=example', 'cn=ADA,ou=people,dc=Corp,dc=example'))
    assert.ok(same('CN=a\\2Cb,DC=x', 'CN=a\\,b,DC=x'))
    assert.ok(same('CN="a,b",DC=x', 'CN=a\\,b,DC=x'))
    assert.ok(same('CN=M\\C3\\BCller,DC=x', 'CN=müller,DC=x'))
    assert.ok(same('CN=a+SN=b,DC=x', 'SN=b+CN=a,DC=x'))
    assert.ok(!same('CN=Ada,DC=x', 'OU=Ada,DC=x'))
    assert.ok(!same('CN=Ada\\ ,DC=x', 'CN=Ada,DC=x'))
  })

  it('lie below a base, which is not a matter of how the text ends', () => {
    assert.ok(isBelow(`CN=Ada,${people}`, people))
    assert.ok(isBelow(`CN=Ada,OU=Sales,${people}`, people))
    assert.ok(!isBelow(people, people))
    assert.ok(isAtOrBelow(people, people))
    // The end of the text is that of the base, and yet it lies elsewhere.
    assert.ok(!isBelow('CN=Ada,OU=Former People,DC=corp,DC=example', people))
    assert.ok(!isBelow('CN=x\\,OU=People,DC=corp,DC=example', people))
    assert.ok(!isBelow('CN="x,OU=People",DC=corp,DC=example', people))
    assert.ok(!isBelow('DC=corp,DC=example', people))
  })

  it('spell a control character by its bytes in UTF-8', () => {
    assert.equal(childDn('CN', 'a\u0085b\n', 'DC=x'), 'CN=a\\C2\\85b\\0A,DC=x')
    assert.equal(ownName('CN=a\\C2\\85b,DC=x'), 'a\u0085b')
  })

  it('are made of a child and a parent without the child getting out', () => {
    const child = childDn('CN', 'Eve,OU=Admins+"\\', people)
    assert.ok(isBelow(child, people))
    assert.equal(parseDn(child).length, 4)
    assert.equal(ownName(child), 'Eve,OU=Admins+"\\')
    // Where ldapts splits a new name: at the first comma that no backslash precedes.
    assert.equal(child.slice(child.search(/[^\\],/) + 2), people)
    assert.ok(same(parentDn(child) ?? '', people))
  })

  it('come back from their spelling, whatever people are called', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      // Where parsers go wrong. A space of another kind is no space.
      fc.string({
        unit: fc.constantFrom(' ', '\u00a0', '\u2003', ',', '\\', '"', '#', '\n', '2', 'C', 'ä', '😀'),
        minLength: 1,
      }),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const name = values.map((one) => [{ type: 'CN', value: one }])
        assert.deepEqual(parseDn(formatDn(name)), name)
      }),
      { numRuns: 1_000 },
    )
  })

  it('say which domain they lie in', () => {
    assert.equal(domainOf(`CN=Ada,${people}`), 'corp.example')
    assert.equal(domainOf('CN=x,DC=Child,DC=corp,DC=example'), 'child.corp.example')
    assert.equal(domainOf('CN=x,O=org'), '')
  })

  it('are refused when they are none', () => {
    for (const text of [
      '',
      ' ',
      'Ada',
      'CN=a,',
      'CN=a,,DC=x',
      '=a',
      'CN="a',
      'CN=a\\',
      '<GUID=1>',
      'CN="a"b,DC=x',
      ',CN=a',
    ])
      assert.throws(
        () => parseDn(text),
        (error) => error instanceof AgentError && error.code === 'refused',
        text,
      )
  })
})
