import type { SignInOutcome, Someone } from '../front-door-shapes.ts'
import { company } from './company-api.ts'
import { button, element, newId } from './elements.ts'

export interface SignIn {
  readonly root: HTMLElement
  show(person: Someone): void
}

type Place = 'microsoft' | 'computer'
const PLACES: Readonly<Record<Place, string>> = { microsoft: 'Microsoft 365', computer: 'Company computer' }

/**
 * The company's sign-in page in small: it asks the tenant's token endpoint, or the domain controller as a computer of the company does,
 * and says in words what came of it.
 */
export function signInBox(options: {
  /** Whether accounts may live in the company's own domain. */
  readonly hasDomain: boolean
  onOutcome(personId: string, outcome: SignInOutcome): void
}): SignIn {
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
  const heading = element('h3', {}, 'Sign in to Microsoft (practice)')
  const choices = new Map(
    (['microsoft', 'computer'] as const).map((one) => [
      one,
      button(PLACES[one], () => choose(one), { class: 'small', 'data-testid': `signin-at-${one}` }),
    ]),
  )
  const places = element(
    'div',
    { class: 'places', role: 'group', 'aria-label': 'Where to sign in' },
    ...choices.values(),
  )
  let place: Place = 'microsoft'
  const choose = (next: Place) => {
    place = next
    for (const [one, choice] of choices) choice.setAttribute('aria-pressed', String(one === next))
    outcome.textContent = ''
  }
  const form = element(
    'form',
    { class: 'signin', 'data-testid': 'signin-form' },
    heading,
    places,
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
    const signIn = place === 'microsoft' ? company.signIn : company.onPremises.signIn
    const answer = await signIn(name.value.trim(), password.value).catch((error: unknown) => ({
      outcome: 'failed' as const,
      sentence: sentenceOf(error),
    }))
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
      places.hidden = !options.hasDomain || !person.badges.includes('synced')
      heading.hidden = !places.hidden
      choose(places.hidden ? 'microsoft' : 'computer')
      name.value = person.userPrincipalName
      password.value = ''
      outcome.textContent = ''
    },
  }
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : 'The tenant does not answer.')
