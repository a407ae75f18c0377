import type { SignInOutcome, Someone } from '../front-door-shapes.ts'
import { company } from './company-api.ts'
import { element, newId } from './elements.ts'

export interface SignIn {
  readonly root: HTMLElement
  show(person: Someone): void
}

/** The company's sign-in page in small: it asks the tenant's token endpoint and says in words what came of it. */
export function signInBox(options: { onOutcome(personId: string, outcome: SignInOutcome): void }): SignIn {
  const nameId = newId('sign-in-name')
  const passwordId = newId('sign-in-password')
  const name = element('input', { id: nameId, type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: 320 })
  const password = element('input', {
    id: passwordId,
    type: 'password',
    autocomplete: 'off',
    maxlength: 256,
    'data-testid': 'signin-password',
  })
  const outcome = element('p', { class: 'signin-outcome', role: 'status', 'data-testid': 'signin-outcome' })
  const submit = element('button', { type: 'submit', class: 'primary', 'data-testid': 'signin-submit' }, 'Sign in')
  const form = element(
    'form',
    { class: 'signin', 'data-testid': 'signin-form' },
    element('h3', {}, 'Sign in to Microsoft (practice)'),
    element('label', { for: nameId }, 'User name'),
    name,
    element('label', { for: passwordId }, 'Password'),
    password,
    submit,
    outcome,
  )
  let personId = ''
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (name.value.trim() === '' || password.value === '') {
      outcome.className = 'signin-outcome failed'
      outcome.textContent = 'Type a user name and a password.'
      return
    }
    submit.disabled = true
    outcome.textContent = ''
    const answer = await company
      .signIn(name.value.trim(), password.value)
      .catch((error: unknown) => ({ outcome: 'failed' as const, sentence: sentenceOf(error) }))
    submit.disabled = false
    password.value = ''
    outcome.className = `signin-outcome ${answer.outcome}`
    outcome.textContent = answer.sentence
    options.onOutcome(personId, answer.outcome)
  })
  return {
    root: form,
    show(person) {
      personId = person.id
      name.value = person.userPrincipalName
      password.value = ''
      outcome.textContent = ''
    },
  }
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : 'The tenant does not answer.')
