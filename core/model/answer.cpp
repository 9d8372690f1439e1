// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/answer.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <optional>
#include <sstream>

namespace birblens {

namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

struct Candidate
{
    AnswerPath path;
    at::Tensor tensor;
};

void collect(const c10::IValue &value, const AnswerPath &path, std::vector<Candidate> &found)
{
    const auto inside = [&path](const c10::IValue &step) {
        AnswerPath longer = path;
        longer.push_back(step);
        return longer;
    };
    if (value.isTensor()) {
        if (value.toTensor().defined())
            found.push_back({path, value.toTensor()});
    } else if (value.isTuple()) {
        int64_t index = 0;
        for (const c10::IValue &item : value.toTupleRef().elements())
            collect(item, inside(index++), found);
    } else if (value.isList()) {
        int64_t index = 0;
        for (const c10::IValue &item : value.toListRef())
            collect(item, inside(index++), found);
    } else if (value.isGenericDict()) {
        for (const auto &item : value.toGenericDict())
            collect(item.value(), inside(item.key()), found);
    }
}

/** N x classes, N x classes x 1 x 1 of a fully convolutional head, or classes of one image. */
std::optional<int64_t> classesOf(const at::Tensor &tensor, int64_t images)
{
    if (!tensor.is_quantized() && !tensor.is_floating_point())
        return std::nullopt;
    if (tensor.dim() == 1 && images == 1 && tensor.numel() > 0)
        return tensor.numel();
    if (tensor.dim() >= 2 && tensor.size(0) == images && tensor.numel() > 0 &&
        tensor.numel() == images * tensor.size(1))
        return tensor.size(1);
    return std::nullopt;
}

std::string shapesOf(const std::vector<Candidate> &tensors)
{
    std::ostringstream text;
    for (size_t i = 0; i < tensors.size(); ++i) {
        text << (i > 0 ? ", " : "");
        if (!tensors[i].path.empty() && tensors[i].path.back().isString())
            text << '"' << tensors[i].path.back().toStringRef() << "\" ";
        text << tensors[i].tensor.sizes();
    }
    return text.str();
}

bool isInDictionary(const Candidate &candidate)
{
    return std::any_of(candidate.path.begin(), candidate.path.end(),
                       [](const c10::IValue &step) { return !step.isInt(); });
}

bool isKey(const c10::IValue &key, Value *value)
{
    const auto constant = torch::jit::toIValue(value);
    return constant && ((constant->isString() && key.isString() &&
                         constant->toStringRef() == key.toStringRef()) ||
                        (constant->isInt() && key.isInt() && constant->toInt() == key.toInt()));
}

/** What a dictionary that is made in the graph holds under @p key; null when that is not seen. */
Value *heldUnder(const c10::IValue &key, Value *dictionary)
{
    Node *made = dictionary->node();
    Value *held = nullptr;
    for (size_t i = 0; i + 1 < made->inputs().size(); i += 2) {
        if (isKey(key, made->input(i)))
            held = made->input(i + 1);
    }
    Node *last = nullptr;
    for (const torch::jit::Use &use : dictionary->uses()) {
        if (use.user->kind() == c10::prim::Return)
            continue;
        if (use.user->kind().toQualString() != std::string("aten::_set_item") ||
            use.user->owningBlock() != made->owningBlock())
            return nullptr;
        if (isKey(key, use.user->input(1)) && (!last || use.user->isAfter(last))) {
            last = use.user;
            held = last->input(2);
        }
    }
    return held;
}

Value *inserted(Graph &graph, const char *kind, Value *container, const c10::IValue &step,
                const c10::TypePtr &type)
{
    Value *index = graph.insertConstant(step);
    Node *node =
        graph.insertNode(graph.create(c10::Symbol::fromQualString(kind), {container, index}, 1));
    node->output()->setType(type);
    return node->output();
}

/** The value that @p step leads to from @p container. */
Value *member(Graph &graph, Value *container, const c10::IValue &step)
{
    Node *node = container->node();
    const bool alone =
        std::all_of(container->uses().begin(), container->uses().end(),
                    [](const auto &use) { return use.user->kind() == c10::prim::Return; });
    switch (container->type()->kind()) {
    case c10::TypeKind::TupleType:
        if (node->kind() == c10::prim::TupleConstruct)
            return node->input(static_cast<size_t>(step.toInt()));
        return inserted(graph, "prim::TupleIndex", container, step,
                        container->type()->castRaw<c10::TupleType>()->elements().at(
                            static_cast<size_t>(step.toInt())));
    case c10::TypeKind::ListType:
        if (node->kind() == c10::prim::ListConstruct && alone)
            return node->input(static_cast<size_t>(step.toInt()));
        return inserted(graph, "aten::__getitem__", container, step,
                        container->type()->castRaw<c10::ListType>()->getElementType());
    case c10::TypeKind::DictType:
        if (node->kind() == c10::prim::DictConstruct) {
            if (Value *held = heldUnder(step, container))
                return held;
        }
        return inserted(graph, "aten::__getitem__", container, step,
                        container->type()->castRaw<c10::DictType>()->getValueType());
    default:
        TORCH_CHECK(false, "forward returns ", container->type()->str());
    }
}

} // namespace

AnswerPath findLogits(const c10::IValue &returned, int64_t images, int64_t classes)
{
    std::vector<Candidate> tensors;
    collect(returned, {}, tensors);
    TORCH_CHECK(!tensors.empty(), "forward returns ", returned.tagKind(), " instead of a tensor");
    std::vector<Candidate> fitting;
    std::vector<Candidate> others;
    for (const Candidate &candidate : tensors) {
        const auto count = classesOf(candidate.tensor, images);
        if (count && (classes == 0 || *count == classes))
            fitting.push_back(candidate);
        else if (count)
            others.push_back(candidate);
    }
    // A wrong number of names is said better by who knows the names.
    if (fitting.empty() && others.size() == 1)
        fitting = others;
    TORCH_CHECK(!fitting.empty() || tensors.size() > 1, "forward returns a tensor of shape ",
                tensors.front().tensor.sizes(), " instead of ", images, " x classes");
    TORCH_CHECK(!fitting.empty(), "forward returns tensors of the shapes ", shapesOf(tensors),
                ", none of them ", images, " x ", classes);
    if (fitting.size() == 1 || std::none_of(fitting.begin(), fitting.end(), isInDictionary))
        return fitting.front().path;
    for (const char *name : {"logits", "out", "output"}) {
        for (const Candidate &candidate : fitting) {
            const c10::IValue &key = candidate.path.back();
            if (key.isString() && key.toStringRef() == name)
                return candidate.path;
        }
    }
    TORCH_CHECK(false,
                "forward returns several tensors that may be the logits: ", shapesOf(fitting));
}

at::Tensor logitsAt(const c10::IValue &returned, const AnswerPath &path, int64_t images)
{
    c10::IValue value = returned;
    for (const c10::IValue &step : path) {
        if (value.isTuple())
            value = value.toTupleRef().elements().at(static_cast<size_t>(step.toInt()));
        else if (value.isList())
            value = value.toListRef().at(static_cast<size_t>(step.toInt()));
        else
            value = value.toGenericDict().at(step);
    }
    TORCH_CHECK(value.isTensor(), "forward returns no tensor");
    const at::Tensor logits = value.toTensor();
    TORCH_CHECK(classesOf(logits, images), "forward returns a tensor of shape ", logits.sizes(),
                " instead of ", images, " x classes");
    return (logits.is_quantized() ? logits.dequantize() : logits).reshape({images, -1});
}

void returnLogits(Graph &graph, const AnswerPath &path)
{
    torch::jit::WithInsertPoint at(graph.block()->return_node());
    Value *result = graph.outputs().at(0);
    for (const c10::IValue &step : path)
        result = member(graph, result, step);
    if (result->type()->kind() == c10::TypeKind::OptionalType) {
        Node *unwrap = graph.insertNode(
            graph.create(c10::Symbol::fromQualString("aten::_unwrap_optional"), {result}, 1));
        result = unwrap->output();
    }
    if (!result->type()->isSubtypeOf(*c10::TensorType::get()))
        result->setType(c10::TensorType::get()); // Any: the run has shown what it is
    graph.block()->return_node()->replaceInput(0, result);
}

} // namespace birblens
