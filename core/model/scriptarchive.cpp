// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/scriptarchive.h"

#include "core/model/allowedoperators.h"
#include "core/model/interruption.h"
#include "core/model/scriptsource.h"
#include "core/model/tensorpickle.h"

#include <caffe2/serialize/versions.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/import_source.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <mutex>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::CompilationUnit;
using torch::jit::Function;
using torch::jit::Node;
using torch::jit::Source;

/** More than any real network's code; the compiler takes time and memory for each byte. */
constexpr qint64 mostCode = 64'000'000;
/** Operators, when every call is written out where it stands. */
constexpr double mostOperators = 2'000'000;

const QString exportHint =
    QStringLiteral("Export it with packaging/export_model.py where fastai or torch is installed");
const QString strangerHint =
    QStringLiteral("Open only models from people you trust, or export the network again");

/** What is wrong with the archive, on its way out of libtorch's callbacks. */
struct Refused : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/**
 * Once: definitions of operators as older versions of PyTorch had them are read by
 * torch::jit::load() only; and what networks print is not this program's output.
 */
void prepareLibtorch()
{
    static std::once_flag done;
    std::call_once(done, [] {
        torch::jit::Module trifle("trifle");
        trifle.define("def forward(self, x):\n    return x\n");
        std::stringstream stream;
        trifle.save(stream);
        torch::jit::load(stream);
        torch::jit::setPrintHandler([](const std::string &) {});
    });
}

/**
 * Whether @p value is what code compiled for @p type takes for granted. Lists and dictionaries of a
 * pickle do not know what they hold: they are told.
 */
bool fits(const c10::IValue &value, const c10::TypePtr &type)
{
    switch (type->kind()) {
    case c10::TypeKind::ClassType: {
        if (!value.isObject())
            return false;
        return *value.toObjectRef().type() == *type;
    }
    case c10::TypeKind::OptionalType:
        return value.isNone() || fits(value, type->expectRef<c10::OptionalType>().getElementType());
    case c10::TypeKind::ListType: {
        if (!value.isList())
            return false;
        const c10::TypePtr element = type->expectRef<c10::ListType>().getElementType();
        value.toList().unsafeSetElementType(element);
        for (const c10::IValue &item : value.toListRef()) {
            if (!fits(item, element))
                return false;
        }
        return true;
    }
    case c10::TypeKind::TupleType: {
        if (!value.isTuple())
            return false;
        const auto &items = value.toTupleRef().elements();
        const auto elements = type->expectRef<c10::TupleType>().elements();
        if (items.size() != elements.size())
            return false;
        for (size_t i = 0; i < elements.size(); ++i) {
            if (!fits(items[i], elements[i]))
                return false;
        }
        return true;
    }
    case c10::TypeKind::DictType: {
        if (!value.isGenericDict())
            return false;
        const auto &dictionary = type->expectRef<c10::DictType>();
        c10::impl::GenericDict entries = value.toGenericDict();
        entries.unsafeSetKeyType(dictionary.getKeyType());
        entries.unsafeSetValueType(dictionary.getValueType());
        for (const auto &entry : entries) {
            if (!fits(entry.key(), dictionary.getKeyType()) ||
                !fits(entry.value(), dictionary.getValueType()))
                return false;
        }
        return true;
    }
    case c10::TypeKind::TensorType:
        return value.isTensor();
    case c10::TypeKind::IntType:
        return value.isInt();
    case c10::TypeKind::FloatType:
        return value.isDouble();
    case c10::TypeKind::BoolType:
        return value.isBool();
    case c10::TypeKind::StringType:
        return value.isString();
    case c10::TypeKind::NoneType:
        return value.isNone();
    default:
        return !value.isObject() || type->kind() == c10::TypeKind::InterfaceType ||
               type->kind() == c10::TypeKind::AnyType;
    }
}

class ArchiveReader
{
public:
    ArchiveReader(const ModelArchive &archive, c10::Device device)
        : m_archive(archive)
        , m_device(device)
        , m_unit(std::make_shared<CompilationUnit>())
        , m_version(version(archive))
        , m_importer(
              m_unit, &m_constants,
              [this](const std::string &name) -> std::shared_ptr<Source> {
                  const auto found = m_sources.find(name);
                  return found == m_sources.end() ? nullptr : found->second;
              },
              m_version)
    {
    }

    torch::jit::Module read()
    {
        const std::vector<std::string> classes = readSources();
        m_objectsAllowed = false; // constants are tensors and packed weights
        const c10::IValue constants = unpickle("constants");
        for (const c10::IValue &constant : constants.toTupleRef().elements())
            m_constants.push_back(constant);
        compile(classes);
        m_objectsAllowed = true;
        const c10::IValue network = unpickle("data");
        if (!network.isObject() || !network.toObjectRef().type()->is_module())
            throw Refused("it holds no network");
        return torch::jit::Module(network.toObject());
    }

    static size_t version(const ModelArchive &archive)
    {
        const QString name = archive.has(QStringLiteral(".data/version"))
                                 ? QStringLiteral(".data/version")
                                 : QStringLiteral("version");
        if (archive.size(name) > 20)
            throw Refused("its version is no number");
        const Result<QByteArray> text = archive.read(name);
        bool isNumber = false;
        const qulonglong number = text ? text->trimmed().toULongLong(&isNumber) : 0;
        if (!isNumber || number < caffe2::serialize::kMinSupportedFileFormatVersion ||
            number > caffe2::serialize::kMaxSupportedFileFormatVersion)
            throw Refused("its format has a version that this libtorch does not read");
        return number;
    }

private:
    std::vector<std::string> readSources()
    {
        std::vector<ScriptSource> sources;
        qint64 total = 0;
        for (const QString &name : m_archive.names()) {
            if (!name.startsWith(QLatin1String("code/")) || !name.endsWith(QLatin1String(".py")))
                continue;
            total += m_archive.size(name);
            if (total > mostCode)
                throw Refused("it has more than 64 megabytes of code");
            const Result<QByteArray> text = m_archive.read(name);
            if (!text)
                throw Refused(text.error().what.toStdString());
            const std::string module = name.mid(5, name.size() - 8)
                                           .replace(QLatin1Char('/'), QLatin1Char('.'))
                                           .toStdString();
            const auto source =
                std::make_shared<Source>(text->toStdString(), name.toStdString(), 1);
            m_sources[module] = source;
            sources.push_back({module, source});
        }
        std::vector<std::string> classes;
        if (const auto problem = problemOfSource(sources, classes))
            throw Refused(*problem);
        return classes;
    }

    /** Everything, also what the network never calls; then a look at all of it. */
    void compile(const std::vector<std::string> &classes)
    {
        for (const std::string &name : classes)
            m_importer.loadType(c10::QualifiedName(name));
        std::vector<Function *> functions = m_unit->get_functions();
        for (const std::string &name : classes) {
            const auto type = m_importer.loadType(c10::QualifiedName(name))->cast<c10::ClassType>();
            if (!type)
                continue; // a named tuple, an enumeration
            for (Function *method : type->methods())
                functions.push_back(method);
        }
        for (Function *function : functions) {
            const auto *graph = torch::jit::tryToGraphFunction(*function);
            if (!graph)
                continue;
            if (const auto found = forbiddenIn(*graph->graph()))
                throw Refused("it would do more than compute: " + *found);
        }
        for (Function *function : functions) {
            if (written(*function) > mostOperators)
                throw Refused("its code calls itself so often that it would never end (" +
                              function->qualname().qualifiedName() + ")");
        }
        for (Function *function : functions) {
            if (auto *graph = torch::jit::tryToGraphFunction(*function))
                addStops(*graph->graph());
        }
    }

    /** How many operators @p function has when every call is written out. */
    double written(const Function &function)
    {
        const auto known = m_written.find(&function);
        if (known != m_written.end())
            return known->second;
        m_written[&function] = 0.0;
        double count = 0.0;
        if (const auto *graph = torch::jit::tryToGraphFunction(const_cast<Function &>(function)))
            count = written(graph->graph()->block());
        return m_written[&function] = count;
    }

    double written(const torch::jit::Block *block)
    {
        double count = 0.0;
        for (const Node *node : block->nodes()) {
            count += 1.0;
            for (const torch::jit::Block *inner : node->blocks())
                count += written(inner);
            if (node->kind() == c10::prim::CallFunction) {
                count +=
                    written(*node->input(0)->type()->expectRef<c10::FunctionType>().function());
            } else if (node->kind() == c10::prim::CallMethod) {
                if (const auto type = node->input(0)->type()->cast<c10::ClassType>())
                    count += written(type->getMethod(node->s(c10::attr::name)));
            }
        }
        return count;
    }

    c10::IValue unpickle(const std::string &name)
    {
        const QString record = QString::fromStdString(name + ".pkl");
        const QString folder = QString::fromStdString(name + "/");
        if (!m_archive.has(record))
            throw Refused("it has no record \"" + name + ".pkl\"");
        const Result<QByteArray> pickle = m_archive.read(record);
        if (!pickle)
            throw Refused(pickle.error().what.toStdString());
        if (const auto problem = problemOfPickle(
                *pickle, [&](const QString &key) { return m_archive.size(folder + key); }))
            throw Refused(problem->toStdString() + " (" + name + ".pkl)");

        qsizetype at = 0;
        torch::jit::Unpickler unpickler(
            [&](char *to, size_t size) -> size_t {
                const size_t count = std::min(size, static_cast<size_t>(pickle->size() - at));
                memcpy(to, pickle->constData() + at, count);
                at += static_cast<qsizetype>(count);
                return count;
            },
            [this](const c10::QualifiedName &type) {
                return c10::StrongTypePtr(m_unit, m_importer.loadType(type));
            },
            [this](const at::StrongTypePtr &type, c10::IValue state) {
                return object(type, std::move(state));
            },
            [&](const std::string &key) {
                return m_archive.readTensor(folder + QString::fromStdString(key));
            },
            m_device);
        unpickler.set_version(m_version);
        return unpickler.parse_ivalue();
    }

    /** An object of a class of the archive, or of one of libtorch's; its state as the file has it.
     */
    c10::intrusive_ptr<c10::ivalue::Object> object(const at::StrongTypePtr &type, c10::IValue state)
    {
        const auto kind = type.type_->expect<c10::ClassType>();
        const std::string name = kind->name()->qualifiedName();
        const bool native = name.rfind("__torch__.torch.classes.", 0) == 0;
        if (native && !isAllowedClass(name))
            throw Refused("it holds an object of the class " + name);
        if (!native && !m_objectsAllowed)
            throw Refused("its constants hold an object of the class " + name);
        const size_t count = kind->numAttributes();
        auto made = c10::ivalue::Object::create(type, count);
        if (Function *set = kind->findMethod("__setstate__")) {
            const auto &arguments = set->getSchema().arguments();
            if (arguments.size() != 2)
                throw Refused("the class " + name + " sets its state in an unusual way");
            const torch::jit::GraphOptimizerEnabledGuard asWritten(false);
            if (!fits(state, arguments[1].type()))
                throw Refused("the state of an object of the class " + name + " does not fit it");
            (*set)({made, state});
            // What the method has not set is None, which typed code does not expect.
            for (size_t i = 0; i < count; ++i) {
                if (!native && !fits(made->getSlot(i), kind->getAttribute(i)))
                    throw Refused("an object of the class " + name + " is not complete");
            }
            return made;
        }
        if (!state.isGenericDict())
            throw Refused("an object of the class " + name + " has no attributes");
        const auto values = state.toGenericDict();
        for (size_t i = 0; i < count; ++i) {
            const auto value = values.find(kind->getAttributeName(i));
            if (value == values.end() || !fits(value->value(), kind->getAttribute(i)))
                throw Refused("the attribute \"" + kind->getAttributeName(i) +
                              "\" of an object of the class " + name + " does not fit it");
            made->setSlot(i, value->value());
        }
        return made;
    }

    const ModelArchive &m_archive;
    c10::Device m_device;
    std::vector<c10::IValue> m_constants;
    std::unordered_map<std::string, std::shared_ptr<Source>> m_sources; ///< by module
    std::shared_ptr<CompilationUnit> m_unit;
    size_t m_version;
    torch::jit::SourceImporter m_importer;
    bool m_objectsAllowed = false;
    std::unordered_map<const Function *, double> m_written;
};

} // namespace

Result<torch::jit::Module> readScript(const ModelArchive &archive, c10::Device device)
{
    if (!archive.has(QStringLiteral("data.pkl")) || !archive.has(QStringLiteral("constants.pkl")))
        return Error{
            QStringLiteral(
                "This is a PyTorch checkpoint (weights or a pickled module), not TorchScript"),
            archive.path(), exportHint};
    prepareLibtorch();
    try {
        return ArchiveReader(archive, device).read();
    } catch (const Refused &refused) {
        return Error{QStringLiteral("The model is not opened: %1")
                         .arg(QString::fromStdString(refused.what())),
                     archive.path(), strangerHint};
    }
}

} // namespace birblens
