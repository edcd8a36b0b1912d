import { AvgPool2d, Conv2d, Flatten, Linear, Sequential, Tanh } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

/**
 * LeNet-5 as the lecture draws it (LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition",
 * 1998, figure 2): images [N, 1, 28, 28] to logits [N, classes]. Where the original connects pooled maps to the second convolution by a
 * table, trains the pooling and ends in radial basis functions, this one connects all, averages and ends in logits: 61,706 parameters.
 */
export const lenet5 = ({ classes = 10 }: { readonly classes?: number } = {}): Layer =>
  Sequential(
    Conv2d(6, 5, { padding: 2 }),
    Tanh(),
    AvgPool2d(2),
    Conv2d(16, 5),
    Tanh(),
    AvgPool2d(2),
    Conv2d(120, 5),
    Tanh(),
    Flatten(),
    Linear(84),
    Tanh(),
    Linear(classes),
  )
