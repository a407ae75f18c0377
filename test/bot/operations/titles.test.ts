import assert from 'node:assert/strict'
import { accessOperations } from '../../../bot/operations/operation.ts'
import { operationTitle, withOperationTitles } from '../../../bot/operations/titles.ts'
import { operationNames } from '../../../bot/policy/operations.ts'

describe('operations in plain words', () => {
  it('have a title each, which is no name of our code', () => {
    const titles = [...operationNames, ...accessOperations].map(operationTitle)
    for (const title of titles) assert.doesNotMatch(title, /\w-\w/)
    assert.equal(new Set(titles).size, titles.length)
  })

  it('take the place of their names in a text, whole names only', () => {
    assert.equal(
      withOperationTitles('Broke off: disable-account; reset-password-for, reset-password'),
      'Broke off: blocking an account at the end of a contract; a password reset for somebody else, a password reset',
    )
    assert.equal(withOperationTitles('grant-access-error, pre-grant-access'), 'grant-access-error, pre-grant-access')
  })

  it('of another release keep their names', () => {
    assert.equal(operationTitle('teleport-account'), 'teleport-account')
  })
})
