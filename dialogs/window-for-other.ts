import type { CardContent } from '../bot/channels/chat.ts'
import type { HandedOver } from '../bot/desk.ts'
import { card } from './cards.ts'

/** The window that shows what was made for somebody else, to whoever reads it to them. */
export function windowForOther(
  { kind, minutes, sentence, secret }: Pick<HandedOver, 'kind' | 'minutes' | 'sentence'> & { readonly secret: string },
  { name }: { readonly name: string },
): CardContent {
  return card('window-for-other', { ids: { secret }, ...explained(kind, minutes, name), sentence })
}

function explained(kind: HandedOver['kind'], minutes: number, name: string): { title: string; text: string } {
  const onlyNow = 'It is shown only here and only now; nobody else can see it. Read it to them and keep no copy.'
  if (kind === 'temporary-access-pass')
    return {
      title: `A Temporary Access Pass for ${name}`,
      text: `At the sign-in page they type it where a Temporary Access Pass is asked for ("Use your Temporary Access Pass" under "Other ways to sign in"). It works once, within ${minutes} minutes. It does not change the password: they set up their sign-in anew once they are in. ${onlyNow}`,
    }
  return {
    title: `A temporary password for ${name}`,
    text: `It works once: they will be asked for a new password of their own. ${onlyNow}`,
  }
}
