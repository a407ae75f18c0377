import type { Button } from '../../turns/button.ts'
import { answerButton } from './button-answer.ts'
import { approveButton } from './button-approve.ts'
import { withdrawButton } from './button-withdraw.ts'
import type { RequestGround } from './ground.ts'

/** The buttons on cards of requests for access, by verb. */
export function accessRequestButtons(ground: RequestGround): Record<string, Button> {
  return {
    'access-approve': approveButton(ground),
    'access-answer': answerButton(ground),
    'access-withdraw': withdrawButton(ground),
  }
}
