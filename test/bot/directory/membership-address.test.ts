import assert from 'node:assert/strict'
import { membershipAddress, newMemberAddress } from '../../../bot/directory/membership-address.ts'

const group = '0b000000-0000-4000-8000-000000000001'
const person = '0a000000-0000-4000-8000-000000000001'

describe('The address of a membership', () => {
  it('ends with /$ref, without which it would be the address of the person', () => {
    assert.equal(membershipAddress(group, person), `/groups/${group}/members/${person}/$ref`)
    assert.equal(newMemberAddress(group), `/groups/${group}/members/$ref`)
  })

  it('is made of GUIDs and nothing else', () => {
    const bad = [
      '',
      '.',
      '..',
      '$ref',
      'ada@nordwind.example',
      `${person}/`,
      `${person}?`,
      `${person}/$ref?`,
      `${person}#`,
      ` ${person}`,
      `${person}\n`,
      `{${person}}`,
      person.replaceAll('-', ''),
      '-'.repeat(36),
      `${person}${person}`,
    ]
    for (const one of bad) {
      assert.throws(() => membershipAddress(group, one), TypeError, one)
      assert.throws(() => membershipAddress(one, person), TypeError, one)
      assert.throws(() => newMemberAddress(one), TypeError, one)
    }
  })
})
