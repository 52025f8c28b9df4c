"""The suite that kernels are usually judged by, with every sample it asks for."""

import unittest

import jupyter_kernel_test as jkt


class CNNKernelTests(jkt.KernelTests):
    kernel_name = "cnnrepl"
    language_name = "cnn"
    file_extension = ".cnn"
    code_hello_world = 'print("hello, world")'
    code_stderr = 'print("hello, world", to: .stderr)'
    completion_samples = [{"text": "prin", "matches": {"print"}}]
    complete_code_samples = ["1", 'print("hello, world")', "func f(_ x: Int) -> Int { return x * 2 }"]
    incomplete_code_samples = ["func f(_ x: Int) -> Int {", "let a = [1,", "for i in 0..<3 {\n    print(i)"]
    invalid_code_samples = ["let = 3", "}"]
    code_page_something = "print?"
    code_generate_error = "1 / 0"
    code_execute_result = [{"code": "6 * 7", "result": "42"}, {"code": "[1, 2, 3]", "result": "[1, 2, 3]"}]
    code_display_data = [{"code": "show(zeros(8, 8))", "mime": "image/png"}]
    code_history_pattern = "6 ? *"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "print"
    code_clear_output = "clear()"


class WelcomeTests(jkt.IopubWelcomeTests):
    kernel_name = "cnnrepl"
    support_iopub_welcome = True


class EveryTestRuns(unittest.TestCase):
    def test_no_sample_is_missing(self):
        """The suite skips silently what has no sample."""
        samples = [name for name in dir(jkt.KernelTests) if name.startswith(("code_", "completion_", "complete_"))]
        self.assertEqual([name for name in samples if not getattr(CNNKernelTests, name)], [])


if __name__ == "__main__":
    unittest.main()
