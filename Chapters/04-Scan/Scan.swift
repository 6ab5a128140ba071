// MARK: - The scan

/// A loop as a value: what is carried from element to element, and what every
/// element leaves behind.
///
///     cₜ₊₁, yₜ = step(cₜ, xₜ)
///
/// Nothing about it is particular to networks. The carry, the elements and the
/// outputs may be anything.
///
/// - Parameters:
///   - elements: `x₀ … x_T₋₁`; there may be none
///   - initial: `c₀`, the carry before the first element
///   - reversed: whether the last element comes first. An output keeps the
///     place of its element either way.
///   - step: from a carry and an element to the next carry and an output
/// - Returns: the carry after the last step, which is `initial` where there is
///   no element, and the outputs, one for each element.
/// - Complexity: O(T) calls of `step`; all outputs are kept.
@inlinable
public func scan<Elements: BidirectionalCollection, Carry, Output>(
  over elements: Elements, from initial: Carry, reversed: Bool = false,
  _ step: (Carry, Elements.Element) -> (Carry, Output)
) -> (last: Carry, outputs: [Output]) {
  var carry = initial
  var outputs: [Output] = []
  outputs.reserveCapacity(elements.count)
  for element in reversed ? elements.reversed() : Array(elements) {
    let (next, output) = step(carry, element)
    carry = next
    outputs.append(output)
  }
  if reversed { outputs.reverse() }
  return (carry, outputs)
}

// MARK: - The last carry only

/// A scan of which only the last carry is wanted: no output is made or kept.
///
///     cₜ₊₁ = step(cₜ, xₜ)
///
/// - Returns: the carry after the last step, which is `initial` where there is
///   no element.
@inlinable
public func fold<Elements: BidirectionalCollection, Carry>(
  over elements: Elements, from initial: Carry, reversed: Bool = false,
  _ step: (Carry, Elements.Element) -> Carry
) -> Carry {
  reversed
    ? elements.reversed().reduce(initial, step)
    : elements.reduce(initial, step)
}
