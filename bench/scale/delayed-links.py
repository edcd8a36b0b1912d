"""
Links with delay for kernels whose tc has no netem: python3 delayed-links.py NODES SECONDS BITS_A_SECOND

Each node's namespace (gentle0, gentle1, ...) and the machine itself get a TUN device with the addresses 10.77.0.1, 10.77.0.2, ...; this process carries packets between them, at the rate of
the sender's link, and gives them to the receiver after the delay. It prints "ready" when the devices are up, and ends with its standard input.
"""
import ctypes, fcntl, heapq, os, select, struct, subprocess, sys, time

nodes, delay, rate = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET, TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x40000000, 0x400454CA, 1, 0x1000

def enter(path):
    namespace = os.open(path, os.O_RDONLY)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns {path}")
    os.close(namespace)

def link(node, path):
    """A TUN device in a namespace; gives the file by which its packets are read and written."""
    enter(path)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = "gentle-tun"
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    for words in (["addr", "add", f"10.77.0.{node + 1}/24", "dev", name], ["link", "set", name, "mtu", "9000", "txqueuelen", "10000", "up"], ["link", "set", "lo", "up"]):
        subprocess.run(["ip", *words], check=True)
    return device

here = os.open("/proc/self/ns/net", os.O_RDONLY)
devices = []
for node in range(nodes + 1):
    devices.append(link(node, f"/var/run/netns/gentle{node}" if node < nodes else f"/proc/self/fd/{here}"))
libc.setns(here, CLONE_NEWNET)
print("ready", flush=True)

due, order, free = [], 0, [0.0] * len(devices)
while True:
    wait = max(0.0, due[0][0] - time.monotonic()) if due else 1.0
    readable, _, _ = select.select([*devices, 0], [], [], wait)
    now = time.monotonic()
    for device in readable:
        if device == 0:
            if not os.read(0, 4096):
                sys.exit()
            continue
        sender = devices.index(device)
        for _ in range(64):
            try:
                packet = os.read(device, 65536)
            except BlockingIOError:
                break
            # Of IPv4, to one of the nodes.
            if packet[0] >> 4 != 4 or packet[16:19] != b"\x0a\x4d\x00" or not 1 <= packet[19] <= len(devices):
                continue
            free[sender] = max(free[sender], now) + 8 * len(packet) / rate
            heapq.heappush(due, (free[sender] + delay, order, packet[19] - 1, packet))
            order += 1
    now = time.monotonic()
    while due and due[0][0] <= now:
        _, _, receiver, packet = heapq.heappop(due)
        try:
            os.write(devices[receiver], packet)
        except BlockingIOError:
            pass
