// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/modelkey.h"

#include "core/model/interruption.h"

#include <QCryptographicHash>

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/canonicalize.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <cctype>
#include <map>
#include <sstream>

namespace birblens {

namespace {

/** Of what Birblens itself does between a frame and the logits. */
constexpr int ownVersion = 1;

using torch::jit::AttributeKind;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

class Digest
{
public:
    void add(const QByteArray &bytes)
    {
        // With its length: "ab" + "c" is not "a" + "bc".
        number(bytes.size());
        m_hash.addData(bytes);
    }
    void add(const std::string &text) { add(QByteArray::fromStdString(text)); }
    void number(qint64 value)
    {
        m_hash.addData(QByteArrayView(reinterpret_cast<const char *>(&value), sizeof value));
    }
    void add(const at::Tensor &tensor)
    {
        if (!tensor.defined()) {
            add(std::string("undefined"));
            return;
        }
        TORCH_CHECK(tensor.layout() == at::kStrided, "a tensor that is not dense");
        add(std::string(tensor.is_quantized() ? "quantised " : "") +
            c10::toString(tensor.scalar_type()));
        number(tensor.dim());
        for (const int64_t size : tensor.sizes())
            number(size);
        at::Tensor plain = tensor.detach().cpu().contiguous();
        if (plain.is_quantized()) {
            add(plain.dequantize());
            plain = plain.int_repr();
        }
        m_hash.addData(QByteArrayView(static_cast<const char *>(plain.data_ptr()),
                                      static_cast<qsizetype>(plain.nbytes())));
    }
    /** @return false when there is no telling what the value is. */
    bool add(const c10::IValue &value)
    {
        if (value.isTensor()) {
            const at::Tensor &tensor = value.toTensor();
            if (tensor.defined() && tensor.layout() != at::kStrided)
                return false;
            add(tensor);
            return true;
        }
        if (value.isList() || value.isTuple()) {
            bool known = true;
            const auto each = [&](const auto &items) {
                number(static_cast<qint64>(items.size()));
                for (const c10::IValue &item : items)
                    known = add(item) && known;
            };
            if (value.isTuple())
                each(value.toTupleRef().elements());
            else
                each(value.toListRef());
            return known;
        }
        if (value.isNone() || value.isBool() || value.isInt() || value.isDouble() ||
            value.isString() || value.isDevice()) {
            std::ostringstream text;
            text.precision(17);
            text << value;
            add(value.tagKind() + ' ' + text.str());
            return true;
        }
        return false;
    }
    QByteArray result() { return m_hash.result().toHex(); }

private:
    QCryptographicHash m_hash{QCryptographicHash::Blake2b_256};
};

/** Walks the inlined graph and writes down the values that it reads. */
class Reader
{
public:
    Reader(const Graph &graph, const c10::IValue &self)
        : m_graph(graph)
        , m_self(self)
    {
    }

    /** Constants in the order of the graph; attributes are collected. */
    bool read(const Block *block, Digest &digest)
    {
        for (const Node *node : block->nodes()) {
            for (const Block *inner : node->blocks()) {
                if (!read(inner, digest))
                    return false;
            }
            if (node->kind() == c10::prim::CallMethod || node->kind() == c10::prim::CallFunction)
                return false;
            if (node->kind() == c10::prim::GetAttr) {
                if (!attribute(node))
                    return false;
            } else if (node->kind() == c10::prim::Constant && !constant(node, digest)) {
                return false;
            }
        }
        return true;
    }

    bool addAttributes(Digest &digest) const
    {
        for (const auto &[path, value] : m_values) {
            digest.add(path);
            if (!digest.add(value))
                return false;
        }
        return true;
    }

private:
    /** The object or value behind a chain of GetAttr; nothing when it is not one. */
    std::optional<c10::IValue> valueOf(const Value *value, std::string &path) const
    {
        if (!m_graph.inputs().empty() && value == m_graph.inputs()[0])
            return m_self;
        const Node *node = value->node();
        if (node->kind() != c10::prim::GetAttr)
            return std::nullopt;
        const auto owner = valueOf(node->input(0), path);
        if (!owner || !owner->isObject())
            return std::nullopt;
        const std::string &name = node->s(c10::attr::name);
        path += '.' + name;
        return owner->toObject()->getAttr(name);
    }

    bool attribute(const Node *node)
    {
        std::string path;
        const auto value = valueOf(node->output(), path);
        if (!value)
            return false;
        if (value->isObject() && value->toObject()->type()->is_module())
            return true; // only a step on the way to what is read
        m_values.insert({path, *value});
        return true;
    }

    /** What the printed graph abbreviates. */
    static bool constant(const Node *node, Digest &digest)
    {
        if (!node->hasAttribute(c10::attr::value))
            return true;
        switch (node->kindOf(c10::attr::value)) {
        case AttributeKind::t:
            digest.add(node->t(c10::attr::value));
            return true;
        case AttributeKind::ts:
            for (const at::Tensor &tensor : node->ts(c10::attr::value))
                digest.add(tensor);
            return true;
        case AttributeKind::ival:
            return digest.add(node->ival(c10::attr::value));
        default:
            return true; // printed whole
        }
    }

    const Graph &m_graph;
    c10::IValue m_self;
    std::map<std::string, c10::IValue> m_values;
};

/** Class names are chosen by whoever wrote the Python, and numbered by whoever loaded it. */
std::string withoutClassNames(const std::string &text)
{
    static const std::string prefix = "__torch__";
    std::string plain;
    plain.reserve(text.size());
    size_t from = 0;
    for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, from)) {
        plain.append(text, from, at + prefix.size() - from);
        from = at + prefix.size();
        while (from < text.size() && (text[from] == '.' || text[from] == '_' ||
                                      std::isalnum(static_cast<unsigned char>(text[from])) != 0))
            ++from;
    }
    return plain.append(text, from);
}

} // namespace

std::optional<QByteArray> networkDigest(const torch::jit::Module &module)
{
    std::shared_ptr<Graph> graph = module.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    removeStops(*graph, /*keepInLoops=*/false); // they are ours
    graph = torch::jit::Canonicalize(graph, false);
    Digest digest;
    digest.add(withoutClassNames(graph->toString(false)));
    Reader reader(*graph, module._ivalue());
    if (!reader.read(graph->block(), digest) || !reader.addAttributes(digest))
        return std::nullopt;
    return digest.result();
}

QString modelKey(const QByteArray &network, const InputSpec &input)
{
    QByteArray text = "birblens " + QByteArray::number(ownVersion) + '\n' + network + '\n';
    for (const int number : {input.height, input.width, int(input.resize),
                             input.resize == Resize::Pad ? int(input.padMode) : 0})
        text += QByteArray::number(number) + ' ';
    for (const auto &triple : {input.mean, input.std}) {
        for (const float value : triple)
            text += QByteArray::number(double(value), 'g', 9) + ' ';
    }
    if (const auto &presize = input.presize) {
        text += "presize ";
        for (const double number : {double(presize->height), double(presize->width),
                                    presize->ratioLow, presize->ratioHigh, presize->scale})
            text += QByteArray::number(number, 'g', 17) + ' ';
    }
    return QString::fromLatin1(
        QCryptographicHash::hash(text, QCryptographicHash::Blake2b_256).toHex().left(32));
}

} // namespace birblens
