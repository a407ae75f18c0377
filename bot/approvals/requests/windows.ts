import type { Button } from '../../turns/button.ts'
import { note, notYours } from './ask-on.ts'
import type { RequestGround } from './ground.ts'
import { approveWindow } from './window-approve.ts'
import { delegateWindow } from './window-delegate.ts'
import { denyWindow } from './window-deny.ts'
import { questionWindow } from './window-question.ts'
import { shortenWindow } from './window-shorten.ts'

/** The windows behind requests for access, by the template of the card on which their button stands. */
export function accessRequestWindows(ground: RequestGround): Record<string, Button> {
  const windows = new Map<string, Button>([
    ['approve', approveWindow(ground)],
    ['deny', denyWindow(ground)],
    ['shorten', shortenWindow(ground)],
    ['question', questionWindow(ground)],
    ['delegate', delegateWindow(ground)],
  ])
  return {
    async 'access-ask'(press) {
      const window = windows.get(press.values.window ?? '')
      return window ? await window(press) : note(notYours)
    },
  }
}
