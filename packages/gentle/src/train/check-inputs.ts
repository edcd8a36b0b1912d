import { ShapeError } from '../core/errors.ts'
import { type Field, formatField, sameField } from '../core/field.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import type { AnyModel } from '../nn/model.ts'

/** @throws ShapeError unless the data set gives by name what the model takes by name. */
export function checkInputs(model: AnyModel, dataset: AnyDataset): void {
  const where = `data set ${dataset.name}`
  if (!('inputs' in model))
    throw new ShapeError(
      `${where} has inputs by their names, but the model takes one tensor; wrap the model's network in ofInput to feed it one of them`,
    )
  if (!isNamed(dataset))
    throw new ShapeError(`${where} has one input, but the model takes ${Object.keys(model.inputs).join(', ')}`)
  for (const name of new Set([...Object.keys(model.inputs), ...Object.keys(dataset.inputs)])) {
    const [taken, given] = [model.inputs[name], dataset.inputs[name]]
    const textOf = (field: Field | undefined): string => (field === undefined ? 'none' : formatField(field))
    if (taken === undefined || given === undefined || !sameField(taken, given))
      throw new ShapeError(`${where} gives as ${name} ${textOf(given)}, but the model takes ${textOf(taken)}`)
  }
}
