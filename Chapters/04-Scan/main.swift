import Console
import Scan

program("chapter04", "Scan.", options: []) { _ in heading("Scan") }
