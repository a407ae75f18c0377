/** What the bot of the practice page's tests says in Slack. */
const plain = (text: string) => ({ type: 'plain_text', text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const option = (value: string, description?: string) => ({
  text: plain(value),
  value: value.toLowerCase(),
  ...(description === undefined ? {} : { description: plain(description) }),
})
const asks = (id: string, label: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id: id,
  label: plain(label),
  element: { ...element, action_id: id },
  ...more,
})
const image = { type: 'image', image_url: 'https://elsewhere.example/a.png', alt_text: 'A plan of the office' }
/** Text that tries to be markup. */
const hurt = '<img src=x onerror=window.hurt=9>'

export const everyBlock = [
  { type: 'header', text: plain('Every block :wave:') },
  {
    type: 'section',
    text: mrkdwn('*bold* _slanted_ ~struck~ `code` and a <https://nordwind.example/a?b=1&amp;c=2|way out>'),
  },
  {
    type: 'section',
    text: mrkdwn('&gt; quoted\n```let a = b &amp;&amp; c```\n<!date^1763719200^{date_num}|long ago> &lt;b&gt;'),
  },
  {
    type: 'section',
    fields: [mrkdwn('*Who*'), plain('Ada :wave:'), mrkdwn('*Where*'), { ...plain(':wave:'), emoji: false }],
  },
  {
    type: 'section',
    text: plain('With a button beside it'),
    accessory: { type: 'button', action_id: 'beside', text: plain('Beside'), value: 'b' },
  },
  {
    type: 'section',
    text: plain('And dots'),
    accessory: { type: 'overflow', action_id: 'dots', options: [option('Mute'), option('Leave')] },
  },
  { type: 'context', elements: [image, mrkdwn('small *print*')] },
  { type: 'divider' },
  { ...image, title: plain('The office') },
  {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'rich ', style: { bold: true } },
          { type: 'emoji', name: 'warning' },
          { type: 'text', text: ` & ${hurt}` },
        ],
      },
      {
        type: 'rich_text_list',
        style: 'ordered',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'first of all' }] }],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'as  it  stands' }] },
    ],
  },
  {
    type: 'actions',
    elements: [
      { type: 'button', action_id: 'go', text: plain('Go'), style: 'primary', value: '1' },
      {
        type: 'button',
        action_id: 'stop',
        text: plain('Stop'),
        style: 'danger',
        value: '2',
        confirm: {
          title: plain('Sure?'),
          text: plain('It cannot be undone.'),
          confirm: plain('Do it'),
          deny: plain('No'),
        },
      },
      {
        type: 'static_select',
        action_id: 'pick',
        placeholder: plain('Pick one'),
        options: [option('Red'), option('Blue')],
      },
    ],
  },
  asks(
    'words',
    'Your words',
    { type: 'plain_text_input', placeholder: plain('Anything') },
    { hint: plain('Not too many') },
  ),
  asks('colour', 'Colour', { type: 'static_select', options: [option('Red'), option('Blue')] }),
  asks('shape', 'Shape', { type: 'radio_buttons', options: [option('Round', 'no corners'), option('Square')] }),
  asks('extras', 'Extras', { type: 'checkboxes', options: [option('Salt'), option('Pepper')] }, { optional: true }),
  asks('day', 'Day', { type: 'datepicker', initial_date: '2026-11-21' }),
]

/** A card that asks for a code and has a button for more; over with these words. */
export const number = (over?: string) => [
  { type: 'header', text: plain('Enter the code') },
  { type: 'section', text: mrkdwn('It is on *your phone*.') },
  ...(over === undefined
    ? [
        asks('code', 'Six-digit code', { type: 'plain_text_input' }),
        {
          type: 'actions',
          elements: [
            { type: 'button', action_id: 'check', text: plain('Check the code'), style: 'primary', value: 'x' },
            { type: 'button', action_id: 'open', text: plain('Show me how'), value: 'y' },
          ],
        },
      ]
    : [{ type: 'context', elements: [mrkdwn(over)] }]),
]

/** A card of the IT channel. */
export const incident = (over?: string) => [
  { type: 'header', text: plain('Ada Lindqvist asks for a person') },
  {
    type: 'section',
    fields: [
      mrkdwn('*Ticket*'),
      plain('1007'),
      mrkdwn('*Asked for*'),
      plain('reset-password'),
      mrkdwn('*Verified by*'),
      plain('a code of her authenticator'),
    ],
  },
  over === undefined
    ? {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'take', text: plain('Take'), style: 'primary', value: 'x' },
          { type: 'button', action_id: 'open', text: plain('Resolve'), value: 'y' },
          { type: 'button', action_id: 'freeze', text: plain('Freeze account'), style: 'danger', value: 'z' },
        ],
      }
    : { type: 'context', elements: [mrkdwn(over)] },
]

export const markup = {
  text: `*Bold* &lt;img src=x onerror=window.hurt=7&gt; ${hurt} <javascript:window.hurt=8|press me> <https://example.com/|safe>`,
}

export const home = {
  type: 'home',
  blocks: [
    { type: 'header', text: plain('My access') },
    { type: 'section', text: plain('You have no open request.') },
    {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'open', text: plain('Reset my password'), value: 'r' }],
    },
  ],
}

/** A modal: these words while the bot is at work, then the question. */
export const waiting = (words: string | undefined) => ({
  type: 'modal',
  title: plain('Your authenticator'),
  close: plain('Later'),
  ...(words === undefined ? { submit: plain('Confirm') } : {}),
  blocks:
    words === undefined
      ? [
          { type: 'section', text: mrkdwn('Type this key into your app: `JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP`') },
          asks(
            'code',
            'The code your app shows',
            { type: 'plain_text_input', max_length: 7 },
            { hint: plain('Six digits') },
          ),
          asks('uses', 'How many phones', { type: 'number_input', is_decimal_allowed: false }, { optional: true }),
        ]
      : [{ type: 'section', text: plain(words) }],
})
