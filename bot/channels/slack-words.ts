/** What is said in Slack alone, because only Slack has these places: plain sentences. */
export const slackWords = {
  trouble: 'Something went wrong on my side. Please try again in a minute.',
  tooLate: 'That took too long to open. Please press again.',
  notOpened: 'I could not open the window. Please press again.',
  windowGone:
    'The window was closed before I could show you anything. Press its button again; where it is gone, start again.',
  done: 'Done. You can close this window.',
  seeChat: 'Please look at our private chat: it goes on there.',
  notYours: 'This card was not meant for you, or it is too old.',
  seeMessages: 'I have written to you: it goes on under Messages.',
  strangersMessage: 'I can only help people of this workspace.',
  written: 'I have written to you in our private chat.',
  writtenTo: (name: string) => `${name}, I have written to you in our private chat: that is the place for it.`,
  writing: 'I am writing to you in our private chat.',
}
