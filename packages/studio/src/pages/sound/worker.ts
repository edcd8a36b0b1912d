import { transfer } from 'comlink'
import { Session } from './session.ts'

const session = new Session()

export const api = {
  speech: session.speech.bind(session),
  dates: session.dates.bind(session),
  give: session.give.bind(session),
  giveFile: session.giveFile.bind(session),
  addTake: session.addTake.bind(session),
  addTakeFile: session.addTakeFile.bind(session),
  removeTake: session.removeTake.bind(session),
  takeFiles: session.takeFiles.bind(session),
  samples: session.samples.bind(session),
  hearLive(...heard: Parameters<Session['hearLive']>) {
    const pixels = session.hearLive(...heard)
    return transfer(pixels, [pixels.rgba.buffer])
  },
}

export type SoundWorker = typeof api
