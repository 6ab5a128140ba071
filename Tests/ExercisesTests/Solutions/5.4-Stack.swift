import MinimalMatrix
import WhileLoop

/// Exercise 5.4, a growing tensor array as a stack. `push` writes an element,
/// `pop` reads the one on top, and the one below it is then on top.
///
///     push 1, push 2, pop, push 3, pop, pop      gives 2, 3, 1
///
/// No position is written twice, and none is read twice: the array refuses.
/// So somebody must remember what is below.

// MARK: - Solution 5.4

struct Stack {
  var array = TensorArray<Matrix<Double>>("stack", grows: true)
  private var top = -1
  /// For each position, which one was on top before.
  private var below: [Int] = []

  mutating func push(_ element: Matrix<Double>) {
    below.append(top)
    top = array.count
    array.write(element, at: top)
  }

  mutating func pop() -> Matrix<Double> {
    defer { top = below[top] }
    return array.read(top)
  }
}
