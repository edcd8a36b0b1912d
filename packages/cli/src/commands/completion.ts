/** `gentle completion`: its arguments and options. */
import type { Command } from 'commander'
import { calibrations } from 'gentle-dl'
import { speechNetworks } from 'gentle-dl/models'
import { dataNames } from '../data/datasets.ts'
import { policyNames } from '../data/policy.ts'
import { scoredTasks } from '../evaluate/metrics-command.ts'
import { publishedData } from '../fetch/catalogue.ts'
import { publishedNetworks } from '../fetch/weights.ts'
import { classifierNames, networkNames } from '../models/networks.ts'
import { normalizeNames } from '../models/normalize.ts'
import { formatNames } from '../networks/export.ts'
import { runOrders } from '../runs/runs.ts'
import { candidatesOf } from '../shell/candidates.ts'
import { completionScript, shellNames } from '../shell/completion.ts'
import { soundPolicyNames } from '../speech/sound-policies.ts'
import { methods } from '../sweep/record.ts'
import { varyNames } from '../sweep/space.ts'
import { monitorNames } from '../tasks/monitor.ts'
import { sequenceNetworkNames } from '../tasks/sequence-tasks.ts'
import { allTaskNames } from '../tasks/task-names.ts'
import { allButHead } from '../train/freeze.ts'
import { optimizerNames } from '../train/optimizers.ts'
import { presetNames } from '../train/presets.ts'
import { scheduleNames } from '../train/schedules.ts'
import { pairNames } from '../translation/open-pairs.ts'
import { allDataNames } from './data-names.ts'

export function declare(command: Command): void {
  command.argument('<shell>', shellNames.join(', ')).action((shell) => {
    const data = [...allDataNames, ...pairNames]
    const names = {
      options: {
        '--data': data,
        '--task': allTaskNames,
        '--preset': presetNames,
        '--augment': [...policyNames, ...soundPolicyNames],
        '--policy': policyNames,
        '--normalize': normalizeNames,
        '--format': formatNames,
        '--optimizer': optimizerNames,
        '--schedule': scheduleNames,
        '--monitor': monitorNames,
        '--split': ['train', 'validation', 'test'],
        '--freeze': [allButHead],
        'gentle runs --sort': runOrders,
        'gentle train --pretrained': ['imagenet'],
        'gentle metrics --task': scoredTasks,
        'gentle quantize --calibration': calibrations,
        'gentle sweep --method': methods,
        'gentle sweep --vary': varyNames.map((name) => `${name}=`),
      },
      arguments: {
        'gentle train': [...networkNames, ...sequenceNetworkNames()],
        'gentle lr-find': [...networkNames, ...sequenceNetworkNames()],
        'gentle sweep': [...networkNames, ...sequenceNetworkNames()],
        'gentle predict': networkNames,
        'gentle export': networkNames,
        'gentle summary': [...networkNames, ...Object.keys(speechNetworks)],
        'gentle compare': classifierNames,
        'gentle data': data,
        'gentle data describe': dataNames,
        'gentle data get': Object.keys(publishedData),
        'gentle weights get': publishedNetworks,
        'gentle completion': shellNames,
      },
    }
    process.stdout.write(completionScript(shell, candidatesOf(command.parent!, names)))
  })
}
