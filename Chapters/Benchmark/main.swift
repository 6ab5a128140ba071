import Foundation
import ManualBPTT
import MinimalMatrix
import NumpyStyleRNN
import Texts
func cpu() -> UInt64 { var t = timespec(); clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return UInt64(t.tv_sec) * 1_000_000_000 + UInt64(t.tv_nsec) }
Threads.count = 1
let text = try! String(contentsOfFile: "/tmp/peers/data/text.txt", encoding: .utf8)
let voc = Vocabulary(of: text); let ids = try! voc.ids(of: text)
var g = SplitMix64(seed: 1)
var tr = Trainer(RNN<Float>(vocabulary: voc.count, hidden: 100, using: &g), on: ids, steps: 25)
for _ in 0..<200 { _ = tr.step() }
var best = UInt64.max
for _ in 0..<30 { let t = cpu(); for _ in 0..<200 { _ = tr.step() }; best = min(best, cpu() - t) }
print("W1 us/step", Double(best) / 200e3)
