// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/metadatadialog.h"

#include "core/counted.h"
#include "core/jobs/inferenceservice.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>

namespace birblens {

namespace {

QWidget *triple(std::array<QDoubleSpinBox *, 3> &boxes, const std::array<float, 3> &values,
                const QString &name, double least, QWidget *parent)
{
    auto *row = new QWidget(parent);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kUnit);
    const QString channels = QStringLiteral("RGB");
    for (size_t i = 0; i < boxes.size(); ++i) {
        const QString channel = channels.mid(static_cast<qsizetype>(i), 1);
        auto *box = new QDoubleSpinBox(row);
        box->setRange(least, 255.0);
        box->setDecimals(4);
        box->setSingleStep(0.01);
        box->setValue(static_cast<double>(values[i]));
        box->setAccessibleName(QStringLiteral("%1 %2").arg(name, channel));
        box->setToolTip(MetadataDialog::tr("Of channel %1, with pixels from 0 to 1").arg(channel));
        layout->addWidget(box, 1);
        boxes[i] = box;
    }
    return row;
}

QSpinBox *sizeBox(int value, const QString &name, QWidget *parent)
{
    auto *box = new QSpinBox(parent);
    box->setRange(8, 4096);
    box->setValue(value);
    box->setSuffix(MetadataDialog::tr(" px"));
    box->setAccessibleName(name);
    return box;
}

} // namespace

MetadataDialog::MetadataDialog(const MetadataQuestion &question, QWidget *parent)
    : QDialog(parent)
    , m_suggestion(question.suggestion)
    , m_outputs(question.outputs)
    , m_names(new QPlainTextEdit(this))
    , m_count(new QLabel(this))
    , m_height(sizeBox(question.suggestion.input.height, tr("Height"), this))
    , m_width(sizeBox(question.suggestion.input.width, tr("Width"), this))
    , m_resize(new QComboBox(this))
    , m_task(new QComboBox(this))
{
    setWindowTitle(tr("Model Details"));
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    grid->setHorizontalSpacing(2 * kUnit);
    grid->setVerticalSpacing(kUnit);
    grid->setColumnStretch(1, 1);

    auto *intro =
        new QLabel(tr("%1 has no input settings. Enter them once; they are saved next to it.")
                       .arg(QFileInfo(question.path).fileName()),
                   this);
    intro->setWordWrap(true);
    grid->addWidget(intro, 0, 0, 1, 2);

    m_names->setPlainText(question.suggestion.vocabulary.join(QLatin1Char('\n')));
    m_names->setPlaceholderText(tr("chickadee\nmagpie\nsparrow"));
    m_names->setAccessibleName(tr("Class names, one per line"));
    m_names->setToolTip(tr("The model's classes in the order of its outputs, one per line"));
    m_names->setTabChangesFocus(true);
    m_names->setMinimumHeight(18 * kUnit);
    auto *load = new QPushButton(tr("Load a text file..."), this);
    load->setToolTip(tr("Reads the names from a file with one per line"));
    load->setAutoDefault(false);
    connect(load, &QPushButton::clicked, this, &MetadataDialog::loadNames);
    auto *below = new QHBoxLayout;
    below->addWidget(m_count, 1);
    below->addWidget(load);
    grid->addWidget(new QLabel(tr("Classes"), this), 1, 0, Qt::AlignTop);
    grid->addWidget(m_names, 1, 1);
    grid->addLayout(below, 2, 1);

    auto *size = new QHBoxLayout;
    size->setSpacing(kUnit);
    size->addWidget(m_height, 1);
    size->addWidget(new QLabel(tr("high \u00d7"), this));
    size->addWidget(m_width, 1);
    size->addWidget(new QLabel(tr("wide"), this));
    grid->addWidget(new QLabel(tr("Input"), this), 3, 0);
    grid->addLayout(size, 3, 1);

    m_resize->addItem(tr("Squish the whole frame"), static_cast<int>(Resize::Squish));
    m_resize->addItem(tr("Crop the middle"), static_cast<int>(Resize::Crop));
    m_resize->addItem(tr("Pad to the shape"), static_cast<int>(Resize::Pad));
    m_resize->setCurrentIndex(
        m_resize->findData(static_cast<int>(question.suggestion.input.resize)));
    m_resize->setAccessibleName(tr("How frames are resized"));
    m_resize->setToolTip(tr("What the training did with frames of another shape"));
    grid->addWidget(new QLabel(tr("Resize"), this), 4, 0);
    grid->addWidget(m_resize, 4, 1);
    grid->addWidget(new QLabel(tr("Mean"), this), 5, 0);
    grid->addWidget(triple(m_mean, question.suggestion.input.mean, tr("Mean"), 0.0, this), 5, 1);
    grid->addWidget(new QLabel(tr("Std"), this), 6, 0);
    grid->addWidget(triple(m_std, question.suggestion.input.std, tr("Std"), 0.0001, this), 6, 1);

    m_task->addItem(tr("Several classes may be in a frame (multi-label)"),
                    static_cast<int>(Task::MultiLabel));
    m_task->addItem(tr("One class per frame (single-label)"), static_cast<int>(Task::SingleLabel));
    m_task->setCurrentIndex(m_task->findData(static_cast<int>(question.suggestion.task)));
    m_task->setAccessibleName(tr("Task"));
    m_task->setToolTip(tr("Multi-label models give every class its own probability"));
    grid->addWidget(new QLabel(tr("Task"), this), 7, 0);
    grid->addWidget(m_task, 7, 1);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_open = buttons->addButton(tr("Open the model"), QDialogButtonBox::AcceptRole);
    m_open->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    grid->addWidget(buttons, 8, 0, 1, 2);
    connect(m_names, &QPlainTextEdit::textChanged, this, &MetadataDialog::update);
    resize(62 * kUnit, sizeHint().height());
    update();
}

QStringList MetadataDialog::names() const
{
    QStringList result;
    for (const QString &line : m_names->toPlainText().split(QLatin1Char('\n'))) {
        const QString name = line.trimmed();
        if (!name.isEmpty())
            result.append(name);
    }
    return result;
}

void MetadataDialog::update()
{
    const QStringList all = names();
    const QLocale locale;
    const QString given = counted(all.size(), tr("%1 class"), tr("%1 classes"));
    const bool wrong = m_outputs > 0 && all.size() != m_outputs;
    m_count->setText(m_outputs > 0
                         ? tr("%1, the model has %2 outputs").arg(given, locale.toString(m_outputs))
                         : given);
    QStringList unique = all;
    const bool twice = unique.removeDuplicates() > 0;
    if (twice)
        m_count->setText(tr("%1, some of them twice").arg(given));
    m_open->setEnabled(!all.isEmpty() && !wrong && !twice);
}

void MetadataDialog::loadNames()
{
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Class names"), QFileInfo(m_suggestion.path).path(),
                                     tr("Text files (*.txt *.csv *.names);;All files (*)"));
    QFile file(path);
    if (path.isEmpty())
        return;
    if (file.open(QIODevice::ReadOnly | QIODevice::Text))
        m_names->setPlainText(QString::fromUtf8(file.readAll()));
    else
        m_count->setText(tr("%1 cannot be read").arg(QFileInfo(path).fileName()));
}

ModelInfo MetadataDialog::answer() const
{
    ModelInfo info = m_suggestion;
    info.vocabulary = names();
    info.task = static_cast<Task>(m_task->currentData().toInt());
    info.thresholds = QList<double>(info.vocabulary.size(), 0.5);
    info.input.height = m_height->value();
    info.input.width = m_width->value();
    info.input.resize = static_cast<Resize>(m_resize->currentData().toInt());
    for (size_t i = 0; i < m_mean.size(); ++i) {
        info.input.mean[i] = static_cast<float>(m_mean[i]->value());
        info.input.std[i] = static_cast<float>(m_std[i]->value());
    }
    return info;
}

} // namespace birblens
