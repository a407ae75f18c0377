import type { types } from '@slack/bolt'
import { limits } from '../../cards/slack-limits.ts'
import { plainText } from '../../cards/slack-text.ts'

/** A window that says one sentence. */
export function textView(sentence: string): types.ModalView {
  return {
    type: 'modal',
    title: plainText('HelpBot', limits.title),
    close: plainText('Close', limits.title),
    blocks: [section(sentence)],
  }
}

/** A Home tab that says one sentence. */
export function textHome(sentence: string): types.HomeView {
  return { type: 'home', blocks: [section(sentence)] }
}

function section(sentence: string): types.SectionBlock {
  return { type: 'section', text: plainText(sentence, limits.text) }
}
