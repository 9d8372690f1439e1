// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/exportdialog.h"

#include "core/counted.h"
#include "core/exporting/exporter.h"
#include "ui/theme.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>

#include <cmath>

namespace birblens {

namespace {

constexpr double mostNorth = 90.0;
constexpr double mostEast = 180.0;

QString formatText(const QString &format)
{
    const std::pair<const char *, QString> texts[] = {
        {"png", ExportDialog::tr("PNG (exact)")},
        {"jpg", ExportDialog::tr("JPEG (small)")},
        {"mp4", ExportDialog::tr("MP4 (small, for every player)")},
        {"webp", ExportDialog::tr("WebP (plays in every browser)")},
        {"gif", ExportDialog::tr("GIF (plays everywhere, large)")}};
    for (const auto &[name, text] : texts) {
        if (format == QLatin1String(name))
            return text;
    }
    return format;
}

QString degreesText(const std::optional<double> &degrees)
{
    return degrees ? QLocale().toString(*degrees, 'g', 10) : QString();
}

} // namespace

void ExportDialog::Row::setVisible(bool visible) const
{
    name->setVisible(visible);
    field->setVisible(visible);
}

ExportDialog::ExportDialog(const ExportOffer &offer, const ExportChoice &last, QWidget *parent)
    : QDialog(parent)
    , m_offer(offer)
    , m_last(last)
    , m_exporter(new QComboBox(this))
    , m_summary(new QLabel(this))
    , m_scope(new QButtonGroup(this))
    , m_format(new QComboBox(this))
    , m_speed(new QDoubleSpinBox(this))
    , m_colonFree(new QCheckBox(tr("File names without colons (for Windows and FAT disks)"), this))
    , m_copySeveral(
          new QCheckBox(tr("Frames with several labels: a copy in the folder of each"), this))
    , m_plainText(new QCheckBox(tr("Text exactly as it is, also for spreadsheets"), this))
    , m_place(new QLineEdit(last.place, this))
    , m_latitude(new QLineEdit(degreesText(last.latitude), this))
    , m_longitude(new QLineEdit(degreesText(last.longitude), this))
    , m_folder(new QLineEdit(QDir::toNativeSeparators(last.folder), this))
    , m_problem(new QLabel(this))
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
    m_summary->setWordWrap(true);
    m_summary->setMinimumWidth(46 * kUnit);
    m_summary->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_summary->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    addRow(grid, tr("Format"), m_exporter);
    addRow(grid, {}, m_summary);
    addScopes(grid, last.scope);

    m_speed->setRange(0.5, 25.0);
    m_speed->setDecimals(1);
    m_speed->setValue(last.framesPerSecond);
    m_speed->setSuffix(tr(" frames per second"));
    m_speed->setToolTip(
        tr("How fast the film goes; the gaps between the frames are not waited for"));
    m_colonFree->setChecked(last.colonFree);
    m_colonFree->setToolTip(tr("Writes the time as 20210208105658 instead of 2021-02-08T10:56:58"));
    m_copySeveral->setChecked(last.copySeveral);
    m_copySeveral->setToolTip(tr("Otherwise they are left out, since a picture in a folder per "
                                 "class has one label"));
    m_plainText->setChecked(last.plainText);
    m_plainText->setToolTip(tr("Otherwise labels and comments that begin with =, +, - or @ get an "
                               "apostrophe before them, so that no spreadsheet takes them for a "
                               "formula"));
    m_place->setPlaceholderText(offer.dayName);
    m_place->setToolTip(tr("What the place of the camera is called; else the day's folder"));
    m_latitude->setPlaceholderText(tr("degrees north, such as %1").arg(degreesText(51.25)));
    m_longitude->setPlaceholderText(tr("degrees east, such as %1").arg(degreesText(-114.125)));
    m_latitude->setToolTip(tr("Where the camera is; south of the equator below zero"));
    m_longitude->setToolTip(tr("Where the camera is; west of Greenwich below zero"));
    m_formatRow = addRow(grid, tr("File type"), m_format);
    m_speedRow = addRow(grid, tr("Speed"), m_speed);
    m_colonRow = addRow(grid, {}, m_colonFree);
    m_severalRow = addRow(grid, {}, m_copySeveral);
    m_plainRow = addRow(grid, {}, m_plainText);
    m_placeRow = addRow(grid, tr("Place"), m_place);
    m_latitudeRow = addRow(grid, tr("Latitude"), m_latitude);
    m_longitudeRow = addRow(grid, tr("Longitude"), m_longitude);
    m_folderRow = addRow(grid, tr("Folder"), buildFolder());
    m_besideRow = addRow(grid, tr("Folder"), new QLabel(tr("the frames' own folders"), this));
    addRow(grid, {}, m_problem);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole);
    m_go->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const int row = grid->rowCount();
    grid->setRowStretch(row, 1);
    grid->addWidget(buttons, row + 1, 0, 1, 2);

    connect(m_exporter, &QComboBox::currentIndexChanged, this, &ExportDialog::update);
    for (const QLineEdit *field : {m_folder, m_latitude, m_longitude})
        connect(field, &QLineEdit::textChanged, this, &ExportDialog::update);
    update();
}

ExportDialog::Row ExportDialog::addRow(QGridLayout *grid, const QString &name, QWidget *field)
{
    const int row = grid->rowCount();
    auto *label = new QLabel(name, this);
    label->setBuddy(field);
    if (!name.isEmpty())
        field->setAccessibleName(name);
    grid->addWidget(label, row, 0);
    grid->addWidget(field, row, 1);
    return {label, field};
}

void ExportDialog::addScopes(QGridLayout *grid, ExportChoice::Scope scope)
{
    using Scope = ExportChoice::Scope;
    const QLocale locale;
    const std::pair<Scope, QString> texts[] = {
        {Scope::Current, tr("the current frame")},
        {Scope::Visit,
         tr("its visit: %1").arg(counted(m_offer.visit, tr("%1 frame"), tr("%1 frames")))},
        {Scope::Selected,
         tr("the selection: %1").arg(counted(m_offer.selected, tr("%1 frame"), tr("%1 frames")))},
        {Scope::Shown, tr("every frame that is shown: %1").arg(locale.toString(m_offer.shown))}};
    bool first = true;
    for (const auto &[value, text] : texts) {
        auto *button = new QRadioButton(text, this);
        m_scope->addButton(button, static_cast<int>(value));
        button->setChecked(value == scope);
        addRow(grid, first ? tr("Frames") : QString(), button);
        button->setAccessibleName(text);
        first = false;
    }
}

QWidget *ExportDialog::buildFolder()
{
    auto *both = new QWidget(this);
    auto *line = new QHBoxLayout(both);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(kUnit);
    m_folder->setAccessibleName(tr("Folder"));
    auto *browse = new QPushButton(tr("Choose..."), this);
    browse->setToolTip(tr("Choose the folder to write into"));
    connect(browse, &QPushButton::clicked, this, &ExportDialog::chooseFolder);
    line->addWidget(m_folder, 1);
    line->addWidget(browse);
    return both;
}

void ExportDialog::listFormats(const QStringList &formats)
{
    const QString before =
        m_format->count() > 0 ? m_format->currentData().toString() : m_last.imageFormat;
    if (formats.isEmpty() || m_format->findData(formats.first()) >= 0)
        return;
    m_format->clear();
    for (const QString &format : formats)
        m_format->addItem(formatText(format), format);
    const int kept = m_format->findData(before);
    m_format->setCurrentIndex(std::max(kept, 0));
}

void ExportDialog::update()
{
    const Exporter *exporter = findExporter(m_exporter->currentData().toString());
    if (!exporter)
        return;
    const bool missing = exporter->needsModel && !m_offer.hasModel;
    m_summary->setText(missing ? tr("%1. Open a model first.").arg(exporter->summary)
                               : exporter->summary);
    const ExportOptions &options = exporter->options;
    const bool film = options.testFlag(ExportOption::FramesPerSecond);
    const bool coordinates = options.testFlag(ExportOption::Coordinates);
    listFormats(exporter->imageFormats);
    m_formatRow.setVisible(!exporter->imageFormats.isEmpty());
    m_speedRow.setVisible(film);
    m_colonRow.setVisible(options.testFlag(ExportOption::ColonFree));
    m_severalRow.setVisible(options.testFlag(ExportOption::CopySeveral));
    m_plainRow.setVisible(options.testFlag(ExportOption::PlainText));
    m_placeRow.setVisible(options.testFlag(ExportOption::Place));
    m_latitudeRow.setVisible(coordinates);
    m_longitudeRow.setVisible(coordinates);
    const bool beside = options.testFlag(ExportOption::BesideFrames);
    m_folderRow.setVisible(!beside);
    m_besideRow.setVisible(beside);
    // One frame makes no film.
    QAbstractButton *current = m_scope->button(static_cast<int>(ExportChoice::Scope::Current));
    if (film && current->isChecked())
        m_scope->button(static_cast<int>(ExportChoice::Scope::Visit))->setChecked(true);
    current->setEnabled(!film);

    bool north = true;
    bool east = true;
    degrees(m_latitude, mostNorth, north);
    degrees(m_longitude, mostEast, east);
    const bool wrong = coordinates && !(north && east);
    m_problem->setText(!wrong   ? QString()
                       : !north ? tr("The latitude is a number between -90 and 90.")
                                : tr("The longitude is a number between -180 and 180."));
    m_problem->setVisible(wrong);
    m_go->setEnabled(!missing && !wrong && (beside || !m_folder->text().trimmed().isEmpty()));
    if (isVisible()) {
        layout()->activate(); // else the hint is that of the rows before
        resize(width(), sizeHint().height());
    }
}

void ExportDialog::chooseFolder()
{
    const QString chosen =
        QFileDialog::getExistingDirectory(this, tr("Export into"), m_folder->text());
    if (!chosen.isEmpty())
        m_folder->setText(QDir::toNativeSeparators(chosen));
}

std::optional<double> ExportDialog::degrees(const QLineEdit *field, double most, bool &fine)
{
    const QString text = field->text().trimmed();
    fine = true;
    if (text.isEmpty())
        return std::nullopt;
    double value = QLocale().toDouble(text, &fine);
    if (!fine)
        value = QLocale::c().toDouble(text, &fine);
    fine = fine && std::abs(value) <= most;
    return fine ? std::optional<double>(value) : std::nullopt;
}

ExportChoice ExportDialog::choice() const
{
    ExportChoice result;
    bool fine = false;
    result.exporter = m_exporter->currentData().toString();
    result.scope = static_cast<ExportChoice::Scope>(m_scope->checkedId());
    const Exporter *exporter = findExporter(result.exporter);
    if (exporter && !exporter->imageFormats.isEmpty())
        result.imageFormat = m_format->currentData().toString();
    result.framesPerSecond = m_speed->value();
    result.colonFree = m_colonFree->isChecked();
    result.copySeveral = m_copySeveral->isChecked();
    result.plainText = m_plainText->isChecked();
    result.place = m_place->text().trimmed();
    result.latitude = degrees(m_latitude, mostNorth, fine);
    result.longitude = degrees(m_longitude, mostEast, fine);
    result.folder = QDir::fromNativeSeparators(m_folder->text().trimmed());
    return result;
}

} // namespace birblens
