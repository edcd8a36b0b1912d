"""What TensorBoard reads of event files: python3 read-tensorboard.py FOLDER, with its package `tensorboard`.

Of goldens/tensorboard, which `eventRecord` wrote as the test does, it prints:
loss/train [(3, 0.5), (70000, 0.25)]
loss/validation [(3, nan)]
settings text [(0, '| model | größe |')]
"""
import sys

from tensorboard.backend.event_processing import event_accumulator

read = event_accumulator.EventAccumulator(
    sys.argv[1], size_guidance={event_accumulator.SCALARS: 0, event_accumulator.TENSORS: 0}
)
read.Reload()
for tag in read.Tags()["scalars"]:
    print(tag, [(event.step, event.value) for event in read.Scalars(tag)])
for tag in read.Tags()["tensors"]:
    plugin = read.SummaryMetadata(tag).plugin_data.plugin_name
    print(tag, plugin, [(event.step, event.tensor_proto.string_val[0].decode()) for event in read.Tensors(tag)])
