// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/csrc/jit/frontend/source_range.h>

#include <optional>
#include <string>
#include <vector>

namespace birblens {

/** The code of a TorchScript archive, one source per record. */
struct ScriptSource
{
    std::string module; ///< "__torch__.birds" of code/__torch__/birds.py
    std::shared_ptr<torch::jit::Source> text;
};

/**
 * Reads the code without compiling it, because compiling runs some of it: what stands as a default
 * of an argument or a constant of a class is evaluated. Errors, as phrases that say where: such a
 * value that is no plain literal, brackets or calls that are nested too deeply for a compiler that
 * works on the thread's stack, text that is no TorchScript.
 * @param classes gets the qualified names of all classes.
 */
std::optional<std::string> problemOfSource(const std::vector<ScriptSource> &sources,
                                           std::vector<std::string> &classes);

/** "code/__torch__/birds.py, line 12" */
std::string placeOf(const torch::jit::SourceRange &range);

} // namespace birblens
