import { foreignThings, otherPeople, ownWords, workWords } from './ordinary-words.ts'
import type { Token } from './reading.ts'

/** Whose a thing is, as far as the words around it tell. */
export type Owner = 'own' | 'bare' | 'unclear' | 'other' | 'foreign'

const pointers = new Set('the this that these those a an any some'.split(' '))
const towards = new Set('for to of on in with from at into inside behind'.split(' '))
const skipped = new Set(
  `am is are was were be been being have has had got get gets getting keep keeps just again still really totally completely
  now also always already not accidentally suddenly apparently somehow probably fully once be become became permanently
  temporarily repeatedly constantly ever simply actually even both all`.split(/\s+/),
)

const speakers = new Set('says say saying said message error screen that popup'.split(' '))

/** How far a modifier may stand from the thing it describes. */
const reach = 4

/** Whose the thing at `index` is: by what stands before it ("my work password") and after it ("password for the wifi"). */
export function ownerOf(tokens: readonly Token[], index: number): Owner {
  const before = ownerBefore(tokens, index)
  if (before === 'other' || before === 'foreign') return before
  const after = ownerAfter(tokens, index)
  if (after === 'other' || after === 'foreign') return after
  if (before === 'unclear' || after === 'unclear') return after === 'own' && before === 'unclear' ? 'own' : 'unclear'
  return before === 'own' || after === 'own' ? 'own' : 'bare'
}

/** Who is or did what the word at `index` says: "she is locked out", "Bob forgot". */
export function subjectOf(tokens: readonly Token[], index: number): Owner {
  for (let at = index - 1; at >= 0; at--) {
    const token = tokens[at]
    if (token === undefined || token.sentence !== tokens[index]?.sentence) return 'bare'
    if (skipped.has(token.text)) continue
    if (token.is.has('account') || token.is.has('login') || token.is.has('user')) return ownerOf(tokens, at)
    if (foreignThings.has(token.text)) return 'foreign'
    if (otherPeople.has(token.text) && token.text !== 'your') return 'other'
    if (token.possessive) return 'other'
    if (workWords.has(token.text)) return ownerBefore(tokens, at) === 'other' ? 'other' : 'bare'
    if (ownWords.has(token.text)) return 'own'
    return token.unknown ? 'unclear' : 'bare'
  }
  return 'bare'
}

/** What the verb at `index` is about: "unlock the door", "locked out of my car", "log in to the shop". */
export function objectOf(tokens: readonly Token[], index: number): Owner {
  const next = tokens[index + 1]
  const follows = next?.text === 'out' ? index + 2 : index + 1
  const preposition = towards.has(tokens[follows]?.text ?? '')
  return ownerFrom(tokens, preposition ? follows + 1 : follows, tokens[index]?.clause)
}

function ownerAfter(tokens: readonly Token[], index: number): Owner {
  const next = tokens[index + 1]
  if (next === undefined || next.clause !== tokens[index]?.clause) return 'bare'
  if (next.is.has('compound') || next.is.has('policy')) return 'foreign'
  if (towards.has(next.text)) return ownerFrom(tokens, index + 2, next.clause)
  return next.unknown ? kindOf(next) : 'bare'
}

function ownerFrom(tokens: readonly Token[], start: number, clause: number | undefined): Owner {
  let own = false
  for (const token of tokens.slice(start, start + reach)) {
    if (token.clause !== clause) break
    if (token.possessive) return 'other'
    if (ownWords.has(token.text)) own = true
    else if (!pointers.has(token.text) && !workWords.has(token.text)) {
      if (token.unknown || otherPeople.has(token.text) || foreignThings.has(token.text)) return kindOf(token)
      break
    }
  }
  return own ? 'own' : 'bare'
}

/** Whose the thing at `index` is, by what stands before it alone. */
export function ownerBefore(tokens: readonly Token[], index: number): Owner {
  let owner: Owner = 'bare'
  for (let at = index - 1; at >= Math.max(0, index - reach); at--) {
    const token = tokens[at]
    if (token === undefined || token.sentence !== tokens[index]?.sentence) break
    if (token.possessive) return 'other'
    if (token.text === 'my' || token.text === 'mine' || token.text === 'own') return owner === 'bare' ? 'own' : owner
    if (token.text === 'your') return saidByScreen(tokens, at) ? 'own' : 'unclear'
    if (otherPeople.has(token.text)) return 'other'
    if (foreignThings.has(token.text)) return 'foreign'
    if (pointers.has(token.text)) return owner === 'bare' ? pointedAt(tokens, index, token) : owner
    if (token.unknown) owner = 'unclear'
    else if (!workWords.has(token.text)) break
  }
  return owner
}

/** "The authenticator" and "a new password" are the asker's; "the password" may be anyone's. */
function pointedAt(tokens: readonly Token[], index: number, pointer: Token): Owner {
  const thing = tokens[index]
  const nobodysElse =
    thing?.is.has('authenticator') === true ||
    thing?.is.has('phone') === true ||
    thing?.is.has('questions') === true ||
    (thing?.is.has('qr') === true && pointer.text !== 'this')
  const fresh = pointer.text === 'a' || pointer.text === 'an'
  if (saidByScreen(tokens, index)) return 'bare'
  return nobodysElse || (fresh && (tokens[index - 1]?.is.has('new') || tokens[index + 1]?.is.has('reset')) === true)
    ? 'bare'
    : 'unclear'
}

/** "It says your account is locked": the screen speaks to the asker. */
function saidByScreen(tokens: readonly Token[], at: number): boolean {
  return (
    tokens[at]?.quoted === true || tokens.slice(Math.max(0, at - reach), at).some((token) => speakers.has(token.text))
  )
}

function kindOf(token: Token): Owner {
  if (foreignThings.has(token.text)) return 'foreign'
  return otherPeople.has(token.text) || token.possessive ? 'other' : 'unclear'
}
