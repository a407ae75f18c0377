/** What the bot says outside dialogs: plain sentences. */
export const words = {
  slowDown: 'That is more than I can take at once. Please wait a moment and try again; nothing was lost on my side.',
  broken:
    'Something went wrong on my side, and I changed nothing in this step. Please try again in a minute, or write "talk to a human".',
  noMemory: 'I cannot reach my memory right now, so I changed nothing. Please try again in a few minutes.',
  lostTrack:
    'Something went wrong on my side, and I cannot say whether that went through. Please press the button again in a minute.',
  notYours: 'This card was not meant for you, or it is too old.',
  over: 'This is over already. Write me what you need and we start afresh.',
  renewed:
    'I am sorry: I was changed while we were talking, and cannot go on with this. Write me what you need and we start afresh.',
  stuck:
    'I am sorry: something goes wrong on my side each time, and I cannot go on with this. Write me what you need and we start afresh, or write "talk to a human".',
  waiting: 'I am still waiting for an answer to the card above. Use its buttons, or write "cancel".',
  waitingForOthers:
    'I am still waiting for somebody else to answer; I go on as soon as they do. Write "cancel" to stop waiting.',
  cancelled: 'Cancelled.',
  nothingToCancel: 'There is nothing going on that I could cancel.',
  quiet: 'You were away for a while, so I stopped here. Just write again when you need me.',
  private: (name: string) => `${name}, I have written to you in our private chat: that is the place for it.`,
  seeChat: 'Something has changed since I asked. Please look at our chat: it goes on there.',
  noAttachments: 'I cannot take files. Please put it in words.',
  notHere: 'Please write to me in our private chat.',
  smallTalk: 'Always glad to help. Write "help" to see what I can do.',
  closedUnanswered: 'Not needed any more.',
}
