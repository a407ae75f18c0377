/** The emoji a help desk needs, by the names Slack gives them. Any other name stays as it was written. */
const EMOJI: Readonly<Record<string, string>> = {
  '+1': '👍',
  bell: '🔔',
  bust_in_silhouette: '👤',
  calendar: '📆',
  clock3: '🕒',
  hourglass_flowing_sand: '⏳',
  house: '🏠',
  information_source: 'ℹ️',
  iphone: '📱',
  key: '🔑',
  lock: '🔒',
  mag: '🔍',
  memo: '📝',
  no_entry: '⛔',
  question: '❓',
  red_circle: '🔴',
  robot_face: '🤖',
  rotating_light: '🚨',
  shield: '🛡️',
  snowflake: '❄️',
  speech_balloon: '💬',
  tada: '🎉',
  thumbsup: '👍',
  ticket: '🎫',
  unlock: '🔓',
  warning: '⚠️',
  wave: '👋',
  white_check_mark: '✅',
  x: '❌',
}

/** Text with `:names:` of emoji turned into what they stand for. */
export function withEmoji(text: string): string {
  return text.replaceAll(/:([a-z0-9_+-]{1,40}):/g, (written, name: string) =>
    Object.hasOwn(EMOJI, name) ? (EMOJI[name] ?? written) : written,
  )
}
