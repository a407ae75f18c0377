import { element, newId } from './elements.ts'
import { type AuthenticatorAccount, accountOfKey } from './totp.ts'

/** Where a key is typed in by hand: Slack shows no picture that holds a secret. */
export function typedKey(onAccount: (account: AuthenticatorAccount) => void): HTMLElement {
  const id = newId('key')
  const box = element('input', {
    id,
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 400,
    'data-testid': 'phone-key',
  })
  const wrong = element('p', { class: 'phone-note', role: 'alert' })
  const form = element(
    'form',
    {},
    element('label', { for: id }, 'Key'),
    element(
      'div',
      { class: 'phone-row' },
      box,
      element('button', { type: 'submit', class: 'phone-copy', 'data-testid': 'phone-key-add' }, 'Add'),
    ),
    wrong,
  )
  const root = element(
    'details',
    { class: 'phone-key' },
    element('summary', { 'data-testid': 'phone-key-open' }, 'Type a key in'),
    form,
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const account = accountOfKey(box.value)
    wrong.textContent = account ? '' : 'That is no key of an account.'
    if (!account) return
    box.value = ''
    root.open = false
    onAccount(account)
  })
  return root
}
