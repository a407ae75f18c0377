import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { looksLikeSecret, secretRefused } from '../../../bot/escalation/looks-like-secret.ts'
import { temporaryPassword } from '../../../bot/operations/password.ts'

describe('words that look like a secret', () => {
  const secrets: Readonly<Record<'code' | 'key' | 'password', readonly string[]>> = {
    code: [
      '123456',
      ' 123 456. ',
      '123-456',
      '12345678',
      '1234 5678',
      'my code is 123456',
      'Code: 987 654',
      'the authenticator shows 123456 now',
      'OTP 445566',
      "ok here it's 482913, thanks",
      'hier bitte: 482 913',
      '4 8 2 9 1 3',
      '48 29 13',
      '482913 is my code',
      '482913 is the authenticator code',
      '４８２９１３',
      '482\u200b913',
    ],
    key: [
      'JBSWY3DPEHPK3PXPJBSWY3DP',
      'the key is JBSW Y3DP EHPK 3PXP',
      'jbswy3dpehpk3pxp',
      'otpauth://totp/HelpBot:ada?secret=ABC',
      'Bearer abcdefghijklmnop',
    ],
    password: [
      'my password is hunter2',
      'Password: Summer2026!',
      'pwd=letmein',
      'the password was Tr0ub4dor',
      'password is Sommerfest',
      'PIN: 4711',
      'Tulip-427-Harbor-Kite-Maple-Otter',
      'try tulip-427-harbor-kite please',
      'I use xK9!mmPq#2vL everywhere',
      '4Xy$9mK&',
      'pw: letmein22',
      'my password Summer2026! does not work',
    ],
  }
  for (const [kind, texts] of Object.entries(secrets))
    for (const text of texts)
      it(`are seen: ${text}`, () => {
        assert.equal(looksLikeSecret(text), kind)
      })

  it('are seen in every temporary password of our own', () => {
    const policy = { style: 'words', words: 5, digits: 3, length: 16, minimumLength: 14, classes: 3 } as const
    for (let count = 0; count < 50; count++) {
      const password = temporaryPassword(policy, [], (bound) => randomInt(bound))
      assert.equal(looksLikeSecret(`Here it is: ${password}`), 'password')
    }
  })

  for (const text of [
    'Ticket 1042',
    '1042',
    '2026',
    'It has been so since 2026-11-21, about 10:15',
    'Call me on +49 30 1234567',
    'My phone is 0171 2345678, extension 12',
    'The order 123456 never arrived',
    '123456 is the number of the order',
    'Here is the order: 123456',
    'My password for Office365 is broken',
    'Room 12 34 on the third floor',
    'It is 21.11.26 today',
    'Invoice 12345678 is about the new laptop',
    'My password is expired',
    'my password is wrong',
    'The password is not accepted since Monday',
    'my password was changed yesterday, not by me',
    'Password: please reset it',
    'I forgot my password',
    'PLEASE HELP THIS DOES NOT WORK WITH THAT CODE EVER',
    'It says INTERNATIONALISATION in the title',
    'The laptop is called MacBook-Pro-2026-Kunz',
    'https://intranet.example/Help/Page?id=42&x=Abc',
    'Error AADSTS50126 in building 12-427',
    'Correlation id 4dbb8f1c-3c0b-4a55-9d0e-2f7c0f6b2a11',
    'The printer on the third floor smells of smoke',
  ])
    it(`are not seen in: ${text}`, () => {
      assert.equal(looksLikeSecret(text), undefined)
    })

  for (const unit of [' ', 'I ', 'eyJ-'])
    it(`are looked through in no time, also where they are nothing but ${JSON.stringify(unit)}`, () => {
      const before = process.cpuUsage()
      assert.equal(looksLikeSecret(unit.repeat(200_000 / unit.length)), undefined)
      // Looked through anew from each place this takes more than half a minute.
      assert.ok(process.cpuUsage(before).user < 5_000_000)
    })

  it('are a key wherever it stands in a row of dots and dashes', () => {
    for (const text of ['a.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.x', 'token-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ'])
      assert.equal(looksLikeSecret(`see ${text} here`), 'key')
  })

  it('are refused with the reason', () => {
    assert.match(secretRefused('code'), /did not pass that on[\s\S]*one-time code/)
  })
})
