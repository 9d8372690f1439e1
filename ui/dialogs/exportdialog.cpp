#include "ui/dialogs/exportdialog.h"

#include "core/exporting/exporter.h"
#include "ui/counted.h"
#include "ui/theme.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>

namespace birblens {

ExportDialog::ExportDialog(const ExportOffer &offer, const ExportChoice &last, QWidget *parent)
    : QDialog(parent)
    , m_offer(offer)
    , m_exporter(new QComboBox(this))
    , m_summary(new QLabel(this))
    , m_scope(new QButtonGroup(this))
    , m_format(new QComboBox(this))
    , m_formatLabel(new QLabel(tr("Format"), this))
    , m_colonFree(new QCheckBox(tr("File names without colons (for Windows and FAT disks)"), this))
    , m_folder(new QLineEdit(this))
{
    setWindowTitle(tr("Export"));
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    grid->setHorizontalSpacing(2 * kUnit);
    grid->setVerticalSpacing(kUnit);
    grid->setColumnStretch(1, 1);

    for (const Exporter &exporter : exporters())
        m_exporter->addItem(exporter.title, exporter.name);
    m_exporter->setCurrentIndex(std::max(0, m_exporter->findData(last.exporter)));
    m_exporter->setAccessibleName(tr("What to write"));
    m_summary->setWordWrap(true);
    m_summary->setMinimumWidth(46 * kUnit);
    m_summary->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_summary->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    grid->addWidget(new QLabel(tr("Write"), this), 0, 0);
    grid->addWidget(m_exporter, 0, 1);
    grid->addWidget(m_summary, 1, 1);

    const QLocale locale;
    const QString texts[] = {
        tr("the current frame"),
        tr("the selection: %1").arg(counted(offer.selected, tr("%1 frame"), tr("%1 frames"))),
        tr("every frame that is shown: %1").arg(locale.toString(offer.shown))};
    grid->addWidget(new QLabel(tr("Of"), this), 2, 0);
    for (int i = 0; i < 3; ++i) {
        auto *button = new QRadioButton(texts[i], this);
        m_scope->addButton(button, i);
        button->setChecked(i == static_cast<int>(last.scope));
        grid->addWidget(button, 2 + i, 1);
    }

    m_format->addItem(tr("PNG (exact)"), QStringLiteral("png"));
    m_format->addItem(tr("JPEG (small)"), QStringLiteral("jpg"));
    m_format->setCurrentIndex(std::max(0, m_format->findData(last.imageFormat)));
    m_format->setAccessibleName(tr("Image format"));
    grid->addWidget(m_formatLabel, 5, 0);
    grid->addWidget(m_format, 5, 1);
    m_colonFree->setChecked(last.colonFree);
    m_colonFree->setToolTip(tr("Writes the time as 20210208105658 instead of 2021-02-08T10:56:58"));
    grid->addWidget(m_colonFree, 6, 1);

    auto *folder = new QHBoxLayout;
    folder->setSpacing(kUnit);
    m_folder->setText(QDir::toNativeSeparators(last.folder));
    m_folder->setAccessibleName(tr("Folder"));
    auto *browse = new QPushButton(tr("Choose..."), this);
    browse->setToolTip(tr("Choose the folder to write into"));
    connect(browse, &QPushButton::clicked, this, &ExportDialog::chooseFolder);
    folder->addWidget(m_folder, 1);
    folder->addWidget(browse);
    grid->addWidget(new QLabel(tr("Into"), this), 7, 0);
    grid->addLayout(folder, 7, 1);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole);
    m_go->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    grid->setRowMinimumHeight(8, kUnit);
    grid->addWidget(buttons, 9, 0, 1, 2);

    connect(m_exporter, &QComboBox::currentIndexChanged, this, &ExportDialog::update);
    connect(m_folder, &QLineEdit::textChanged, this, &ExportDialog::update);
    update();
}

void ExportDialog::update()
{
    const Exporter *exporter = findExporter(m_exporter->currentData().toString());
    const bool missing = exporter && exporter->needsModel && !m_offer.hasModel;
    m_summary->setText(!exporter ? QString()
                       : missing ? tr("%1 Open a model first.").arg(exporter->summary)
                                 : exporter->summary);
    const bool images = exporter && exporter->name == QLatin1String("annotated");
    const bool training = exporter && exporter->name == QLatin1String("training");
    m_formatLabel->setEnabled(images);
    m_format->setEnabled(images);
    m_colonFree->setEnabled(training);
    m_go->setEnabled(exporter && !missing && !m_folder->text().trimmed().isEmpty());
}

void ExportDialog::chooseFolder()
{
    const QString chosen =
        QFileDialog::getExistingDirectory(this, tr("Export into"), m_folder->text());
    if (!chosen.isEmpty())
        m_folder->setText(QDir::toNativeSeparators(chosen));
}

ExportChoice ExportDialog::choice() const
{
    ExportChoice result;
    result.exporter = m_exporter->currentData().toString();
    result.scope = static_cast<ExportChoice::Scope>(m_scope->checkedId());
    result.imageFormat = m_format->currentData().toString();
    result.colonFree = m_colonFree->isChecked();
    result.folder = QDir::fromNativeSeparators(m_folder->text().trimmed());
    return result;
}

} // namespace birblens
