import { button, element, hidden } from './elements.ts'
import { typedKey } from './phone-key.ts'
import type { PhoneMemory } from './phone-memory.ts'
import type { PracticeClock } from './practice-clock.ts'
import { pictureOnScreen, readQrCode } from './scan-qr.ts'
import { type AuthenticatorAccount, codeAt, readKeyUri, secondsLeft } from './totp.ts'

const LOOK_EVERY_MS = 250
const NOTE_LASTS_MS = 15_000

export interface Phone {
  readonly root: HTMLElement
  /** Whose phone it is. */
  show(personId: string): void
}

/** A drawn phone with an authenticator app. It knows only what it has scanned. */
export function phone(options: { readonly memory: PhoneMemory; readonly clock: PracticeClock }): Phone {
  const { memory, clock } = options
  let personId = ''
  const time = element('span', { class: 'phone-time', 'aria-hidden': 'true' })
  const accounts = element('ul', { class: 'phone-accounts' })
  const note = element('p', { class: 'phone-note', role: 'status' })
  const scanButton = button('Scan the QR code on screen', () => void scan(), {
    class: 'phone-scan',
    'data-testid': 'phone-scan',
  })
  const typed = typedKey((account) => {
    memory.add(personId, account)
    say('Added. Type this code into the window.')
    draw()
  })
  const loseButton = button('Lose this phone', () => lose(), { class: 'phone-lose', 'data-testid': 'phone-lose' })
  const root = element(
    'section',
    { class: 'phone', 'data-testid': 'phone', 'aria-label': 'Phone' },
    element('div', { class: 'phone-bar' }, time, element('span', { class: 'phone-app' }, 'Authenticator')),
    accounts,
    note,
    scanButton,
    typed,
    loseButton,
  )

  let drawn = ''
  const faces: { readonly account: AuthenticatorAccount; draw(): Promise<void> }[] = []
  const draw = () => {
    time.textContent = clock.now().toLocaleTimeString('en-GB').slice(0, 5)
    const known = memory.accounts(personId)
    const look = `${personId} ${known.map(({ secret }) => secret).join(' ')}`
    if (look !== drawn) {
      drawn = look
      faces.length = 0
      accounts.replaceChildren(
        ...known.map((account, index) => {
          const face = accountFace(account, index === 0, clock, () => {
            memory.remove(personId, account.secret)
            draw()
          })
          faces.push({ account, draw: face.draw })
          return face.root
        }),
      )
      loseButton.hidden = known.length === 0
      root.classList.toggle('in-use', known.length > 0)
      if (known.length === 0 && note.textContent === '') note.textContent = 'No accounts yet.'
    }
    for (const face of faces) void face.draw()
  }
  const say = (words: string) => {
    note.textContent = words
    setTimeout(() => {
      if (note.textContent === words) note.textContent = ''
    }, NOTE_LASTS_MS)
  }
  const scan = async () => {
    const picture = pictureOnScreen()
    if (!picture) {
      note.textContent =
        'There is no QR code on screen. Is there a key? Type it in below. If not, tell HelpBot: set up my authenticator app.'
      return
    }
    const account = readKeyUri((await readQrCode(picture)) ?? '')
    if (!account) {
      note.textContent = 'That picture is no QR code of an account.'
      return
    }
    memory.add(personId, account)
    say('Scanned. Type this code into the window.')
    draw()
  }
  const lose = () => {
    memory.lose(personId)
    note.textContent = 'The phone is gone, and its codes with it. Here is a new one.'
    draw()
  }
  setInterval(() => {
    if (root.isConnected && root.checkVisibility()) draw()
  }, LOOK_EVERY_MS)
  return {
    root,
    show(id) {
      personId = id
      note.textContent = ''
      draw()
    },
  }
}

function accountFace(account: AuthenticatorAccount, isNewest: boolean, clock: PracticeClock, remove: () => void) {
  const code = element('output', {
    class: 'phone-code',
    'data-testid': isNewest ? 'phone-code' : 'phone-code-earlier',
    'aria-live': 'off',
  })
  const left = element('span', { class: 'phone-left' })
  const bar = element('progress', { class: 'phone-progress', max: account.period, 'aria-hidden': 'true' })
  let current = ''
  const copyButton = button('Copy', () => void copy(), { class: 'phone-copy', 'data-testid': 'phone-copy' })
  const copy = async () => {
    await navigator.clipboard.writeText(current).catch(() => undefined)
    copyButton.textContent = 'Copied'
    setTimeout(() => {
      copyButton.textContent = 'Copy'
    }, 1500)
  }
  const root = element(
    'li',
    { class: 'phone-account' },
    element('p', { class: 'phone-issuer' }, account.issuer || 'Account'),
    element('p', { class: 'phone-name' }, account.name),
    element('div', { class: 'phone-row' }, code, copyButton),
    element('div', { class: 'phone-row' }, bar, left),
    button(element('span', { 'aria-hidden': 'true' }, '✕'), remove, {
      class: 'phone-remove',
      'aria-label': `Remove ${account.issuer || 'this account'}`,
    }),
  )
  return {
    root,
    async draw() {
      const now = clock.now()
      current = await codeAt(account, now)
      const half = Math.ceil(current.length / 2)
      const shown = `${current.slice(0, half)} ${current.slice(half)}`
      if (code.textContent !== shown) code.replaceChildren(shown)
      const seconds = secondsLeft(account, now)
      left.replaceChildren(hidden('changes in '), `${seconds} s`)
      bar.value = seconds
      root.classList.toggle('soon', seconds <= 5)
    },
  }
}
