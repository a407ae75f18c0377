import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { webApi } from '@slack/bolt'
import fc from 'fast-check'
import { DeliveryError } from '../../bot/channels/chat.ts'
import { asSlackDeliveryError } from '../../bot/channels/slack-errors.ts'
import {
  actionsPayload,
  commandPayload,
  homePayload,
  messagePayload,
  readPayload,
  shortcutPayload,
  submissionPayload,
  userChangePayload,
} from '../../bot/channels/slack-payload.ts'
import { readSlackProfile } from '../../bot/channels/slack-profile.ts'
import { verifySlackSignature } from '../../bot/channels/slack-signature.ts'
import { botUserIn, isOfTeam } from '../../bot/channels/slack-team.ts'
import { readSlackText } from '../../bot/channels/slack-text.ts'
import { readAction, readMetadata, readState, writeAction, writeMetadata } from '../../cards/slack-wire.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, bytes, json, text } from './nasty.ts'

const team = 'T0TEAM'
const envelope = {
  token: 'x',
  team_id: team,
  type: 'event_callback',
  event_id: 'Ev0123456789',
  is_ext_shared_channel: false,
  authorizations: [
    { enterprise_id: null, team_id: team, user_id: 'U0BOT', is_bot: true, is_enterprise_install: false },
  ],
}
const message = {
  ...envelope,
  event: {
    type: 'message',
    user: 'U0123456789',
    text: '<@U0BOT> I need &lt;access&gt; to <#C1|general>',
    ts: '1767225600.000100',
    thread_ts: '1767225600.000001',
    channel: 'D0123456789',
    channel_type: 'im',
    files: [{ id: 'F1', name: 'x.png' }],
    user_team: team,
  },
}
const home = {
  ...envelope,
  event: { type: 'app_home_opened', user: 'U0123456789', channel: 'D0123456789', tab: 'home' },
}
const userChange = { ...envelope, event: { type: 'user_change', user: { id: 'U0123456789', deleted: true } } }
const state = {
  values: {
    one: { code: { type: 'plain_text_input', value: '123456' } },
    two: { choice: { type: 'static_select', selected_option: { value: 'a' } } },
    three: { more: { type: 'checkboxes', selected_options: [{ value: 'a' }, { value: 'b' }] } },
    four: { day: { type: 'datepicker', selected_date: '2026-11-21' } },
    five: { time: { type: 'timepicker', selected_time: '09:00' } },
  },
}
const said = { kind: 'press', verb: 'confirm', post: 'dialog:1:ask', values: { choice: 'one' } } as const
const metadata = { ...said, kind: 'submit' } as const
const from = { user: { id: 'U0123456789', team_id: team }, team: { id: team }, is_enterprise_install: false }
const actions = {
  ...from,
  type: 'block_actions',
  trigger_id: '1.2.abc',
  channel: { id: 'D0123456789' },
  message: { ts: '1767225600.000100' },
  state,
  actions: [{ action_id: 'b1', action_ts: '1767225600.1', type: 'button', value: writeAction(said) }],
}
const submission = {
  ...from,
  type: 'view_submission',
  view: { id: 'V1', hash: 'h', private_metadata: writeMetadata(metadata), state, app_installed_team_id: team },
}
const shortcut = {
  ...from,
  type: 'message_action',
  action_ts: '1',
  channel: { id: 'C1' },
  message: { user: 'U2', text: 'I forgot it', files: [] },
}
const command = { user_id: 'U1', channel_id: 'C1', trigger_id: 't', text: 'reset my password', team_id: team }
const profile = {
  id: 'U1',
  team_id: team,
  is_restricted: false,
  is_email_confirmed: true,
  profile: { email: 'ada@company.example', real_name: 'Ada' },
  enterprise_user: { id: 'W1', enterprise_id: 'E1' },
}

/** A text that came in can be stored by PostgreSQL as text and as JSON: no half characters, no NUL. */
function isKept(given: string | undefined): void {
  if (given !== undefined) assert.ok(given.isWellFormed() && !given.includes('\u0000'), JSON.stringify(given))
}

describe('fuzzing what comes from Slack', () => {
  for (const [name, schema, sample] of [
    ['message', messagePayload, message],
    ['app_home_opened', homePayload, home],
    ['user_change', userChangePayload, userChange],
    ['block_actions', actionsPayload, actions],
    ['view_submission', submissionPayload, submission],
    ['message_action', shortcutPayload, shortcut],
    ['slash command', commandPayload, command],
  ] as const)
    fuzz(`Slack: ${name}`, fc.oneof(altered(sample), json), (body) => {
      const payload = readPayload<typeof schema>(schema, body)
      if (payload !== undefined) assert.ok(schema.safeParse(body).success)
    })

  fuzz('Slack: whose workspace it is from', fc.oneof(altered(message, actions, submission, command), json), (body) => {
    const ours = isOfTeam(body, team)
    botUserIn(body, team)
    if (ours) assert.ok(JSON.stringify(body).includes(team))
  })

  fuzz('Slack: nobody else’s workspace is ours', altered(message, actions, submission, command), (body) => {
    assert.equal(isOfTeam(body, 'T0OTHER'), false)
  })

  fuzz(
    'Slack: the text of a message',
    fc.tuple(fc.oneof(text(50_000), broken(50_000, message.event.text)), text(20)),
    ([words, bot]) => {
      const read = readSlackText(words, bot)
      assert.ok(read.length <= 4_000)
      isKept(read)
      readSlackText(words, 'U0BOT')
      readSlackText(words, undefined)
    },
  )

  fuzz('Slack: which button was pressed', fc.oneof(broken(2_100, writeAction(said)), text(2_100)), (value) => {
    const pressed = readAction({ action_id: 'x', type: 'button', value })
    if (pressed) for (const given of Object.values(pressed.values)) isKept(given)
  })

  fuzz('Slack: which window was sent off', fc.oneof(broken(3_100, writeMetadata(metadata)), text(3_100)), (value) => {
    const submitted = readMetadata(value)
    if (submitted) assert.ok(['submit', 'press'].includes(submitted.kind))
  })

  fuzz('Slack: what stands in the inputs', fc.oneof(altered(state.values), json), (values) => {
    const read = readState(values)
    assert.ok(Object.keys(read).length <= 30)
    for (const given of Object.values(read)) {
      assert.ok(given.length <= 2_000)
      isKept(given)
    }
  })

  fuzz('Slack: a user’s profile', fc.oneof(altered(profile), json), (user) => {
    const read = readSlackProfile(user)
    if (read)
      for (const one of [read.isRestricted, read.isEmailConfirmed]) assert.ok([true, false, undefined].includes(one))
  })

  const secret = 'a signing secret of the tests'
  const now = 1_772_442_000
  const body = Buffer.from(JSON.stringify(message))
  const right = `v0=${createHmac('sha256', secret).update(`v0:${now}:`).update(body).digest('hex')}`
  const requests = fc.tuple(
    fc.oneof(fc.constant(body), bytes(300, body)),
    fc.oneof(fc.constant(String(now)), broken(100, String(now))),
    fc.oneof(fc.constant(right), broken(300, right)),
  )
  fuzz('Slack: the signature of a request', requests, ([given, timestamp, signature]) => {
    const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
    const verified = verifySlackSignature(given, headers, secret, now)
    const isRight = given.equals(body) && timestamp === String(now) && signature === right
    assert.equal('signature' in verified, isRight)
    assert.ok(!JSON.stringify(verified).includes(secret))
  })

  fuzz(
    'Slack: what its Web API answers',
    fc.tuple(fc.oneof(altered({ ok: false, error: 'invalid_auth', needed: 'x' }), json), text(300)),
    ([data, words]) => {
      const code = typeof data === 'object' && data !== null && 'error' in data ? data.error : words
      const given = {
        ...(typeof data === 'object' ? data : {}),
        ok: false,
        error: typeof code === 'string' ? code : words,
      }
      const error = asSlackDeliveryError('chat.postMessage', new webApi.WebAPIPlatformError(given))
      assert.ok(error instanceof DeliveryError)
      assert.ok(['blocked', 'not-installed', 'gone', 'later', 'refused'].includes(error.code))
      const wait = error.retryAfterMilliseconds
      assert.ok(wait === undefined || (wait > 0 && wait <= 600_000))
      assert.ok(asSlackDeliveryError('x', new Error(words)) instanceof DeliveryError)
    },
  )
})
