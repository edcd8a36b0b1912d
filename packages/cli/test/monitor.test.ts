import { describe, expect, it } from 'vitest'
import { classificationMonitor, regressionMonitor } from '../src/tasks/monitor.ts'

const classes = ['cat', 'dog: large']

describe('what decides which epoch is the best', () => {
  it('is a metric by its name, of all classes, of one, or by their examples', () => {
    const told = (text?: string) => {
      const { metric, ...rest } = classificationMonitor(text, classes)
      return [rest.monitor, rest.scoreName, rest.isShare, metric?.name]
    }
    expect(told()).toEqual(['accuracy', 'accuracy', true, undefined])
    expect(told('f1')).toEqual(['f1', 'F1', true, 'f1'])
    expect(told('f1:weighted')).toEqual(['f1Weighted', 'weighted F1', true, 'f1Weighted'])
    expect(told('recall:dog: large')).toEqual(['recallClass1', 'recall of dog: large', true, 'recallClass1'])
    expect(told('averagePrecision:cat').at(-1)).toBe('averagePrecisionClass0')
    expect(told('kappa')).toEqual(['kappa', 'kappa', false, 'kappa'])
    expect(classificationMonitor('calibrationError', classes).metric?.better).toBe('less')
    expect(told('loss')).toEqual(['loss', 'loss', false, undefined])
    expect(regressionMonitor()).toMatchObject({ monitor: 'r2', scoreName: 'R²' })
    expect(regressionMonitor('mae').monitor).toBe('meanAbsoluteError')
  })

  it('is refused by name where there is no such thing', () => {
    const refused = (text: string) => () => classificationMonitor(text, classes)
    expect(refused('f2')).toThrow(/--monitor is 'f2'.*f1|f1/)
    expect(refused('toString')).toThrow(/toString/)
    expect(refused('f1:cow')).toThrow(/cow.*cat/)
    expect(refused('auc:weighted')).toThrow(/weighted/)
    expect(refused('kappa:cat')).toThrow(/kappa is of all classes/)
    expect(refused('mae')).toThrow(/mae/)
    expect(refused('top5')).toThrow(/of 2 classes/)
    expect(() => regressionMonitor('accuracy')).toThrow(/accuracy.*r2/)
  })
})
